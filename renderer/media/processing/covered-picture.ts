import { type BackgroundPicture, drawPicture } from './background-scene.ts';
import { partThatFills } from './fill-box.ts';
import { contextOf, type PersonFinder } from './person-finder.ts';

/** The blurred room is drawn this small and then enlarged: that blurs as well, and costs little. */
const BLUR_HEIGHT = 45;
const BLUR_RADIUS_PX = 2;

/** Draws the person of each picture before another background. */
export class CoveredPicture {
  readonly #finder: Pick<PersonFinder, 'mask' | 'find'>;
  readonly #background: BackgroundPicture;
  readonly #own: ImageBitmap | null;
  readonly #canvas = new OffscreenCanvas(1, 1);
  readonly #context = contextOf(this.#canvas);
  readonly #behind = new OffscreenCanvas(1, 1);
  readonly #behindContext = contextOf(this.#behind);

  /** `own`: the person's own picture, where that is the background. */
  constructor(finder: Pick<PersonFinder, 'mask' | 'find'>, background: BackgroundPicture, own: ImageBitmap | null) {
    this.#finder = finder;
    this.#background = background;
    this.#own = own;
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
    if (this.#background === 'own') this.#drawOwn(width, height);
    else if (this.#background !== 'blur') drawPicture(this.#behindContext, this.#background, width, height);
  }

  #drawOwn(width: number, height: number): void {
    const own = this.#own;
    if (!own) throw new Error('there is no own picture');
    const part = partThatFills(own, { width, height });
    this.#behindContext.drawImage(own, part.x, part.y, part.width, part.height, 0, 0, width, height);
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
