import { type BackgroundPicture, drawPicture } from './background-scene.ts';
import { contextOf, type PersonFinder } from './person-finder.ts';

/** The blurred room is drawn this small and then enlarged: that blurs as well, and costs little. */
const BLUR_HEIGHT = 45;
const BLUR_RADIUS_PX = 2;

/** Draws the person of each picture before another background. */
export class CoveredPicture {
  readonly #finder: Pick<PersonFinder, 'mask' | 'find'>;
  readonly #background: BackgroundPicture;
  readonly #canvas = new OffscreenCanvas(1, 1);
  readonly #context = contextOf(this.#canvas);
  readonly #behind = new OffscreenCanvas(1, 1);
  readonly #behindContext = contextOf(this.#behind);

  constructor(finder: Pick<PersonFinder, 'mask' | 'find'>, background: BackgroundPicture) {
    this.#finder = finder;
    this.#background = background;
  }

  /** `look`: the person is looked for anew, otherwise they stand where they stood in the picture before. */
  cover(picture: CanvasImageSource, width: number, height: number, look: boolean): OffscreenCanvas {
    if (look) this.#finder.find(picture);
    this.#prepare(width, height);
    const context = this.#context;
    context.globalCompositeOperation = 'copy';
    context.drawImage(this.#finder.mask, 0, 0, width, height);
    context.globalCompositeOperation = 'source-in';
    context.drawImage(picture, 0, 0, width, height);
    if (this.#background === 'blur') this.#blur(picture);
    context.globalCompositeOperation = 'destination-over';
    context.drawImage(this.#behind, 0, 0, width, height);
    return this.#canvas;
  }

  /** A picture that comes in another size, as a camera that is turned gives it. */
  #prepare(width: number, height: number): void {
    if (this.#canvas.width === width && this.#canvas.height === height) return;
    this.#canvas.width = width;
    this.#canvas.height = height;
    const scale = this.#background === 'blur' ? Math.min(1, BLUR_HEIGHT / height) : 1;
    this.#behind.width = Math.max(1, Math.round(width * scale));
    this.#behind.height = Math.max(1, Math.round(height * scale));
    if (this.#background !== 'blur') drawPicture(this.#behindContext, this.#background, width, height);
  }

  #blur(picture: CanvasImageSource): void {
    const context = this.#behindContext;
    const { width, height } = this.#behind;
    // Twice: at its edges a blurred picture is transparent, and something of the room has to be below it.
    for (const filter of ['none', `blur(${BLUR_RADIUS_PX}px)`]) {
      context.filter = filter;
      context.drawImage(picture, 0, 0, width, height);
    }
  }
}
