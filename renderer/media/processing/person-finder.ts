import { takeMask, toNetwork } from './person-mask.ts';

/** The program that runs the network, as its script makes it: TensorFlow Lite with one model in it. */
export type Segmenter = {
  HEAPU8: Uint8Array;
  HEAPF32: Float32Array;
  _getModelBufferMemoryOffset(): number;
  _loadModel(bytes: number): number;
  _getInputMemoryOffset(): number;
  _getInputWidth(): number;
  _getInputHeight(): number;
  _getOutputMemoryOffset(): number;
  _runInference(): number;
};

/** Finds the person in a picture. `mask` has the person's pixels opaque and all others clear; it is as small as the network is. */
export class PersonFinder {
  readonly mask: OffscreenCanvas;
  readonly #program: Segmenter;
  readonly #small: OffscreenCanvasRenderingContext2D;
  readonly #drawn: OffscreenCanvasRenderingContext2D;
  readonly #sure: Float32Array;
  readonly #pixels: ImageData;

  /** Rejects a model that the program does not take. */
  constructor(program: Segmenter, model: Uint8Array) {
    this.#program = program;
    program.HEAPU8.set(model, program._getModelBufferMemoryOffset());
    if (program._loadModel(model.byteLength) !== 0) throw new Error('the model could not be loaded');
    const [width, height] = [program._getInputWidth(), program._getInputHeight()];
    this.mask = new OffscreenCanvas(width, height);
    this.#drawn = contextOf(this.mask);
    this.#small = contextOf(new OffscreenCanvas(width, height), { willReadFrequently: true });
    this.#sure = new Float32Array(width * height);
    this.#pixels = new ImageData(width, height);
  }

  /** Brings the mask up to this picture. */
  find(picture: CanvasImageSource): void {
    const { width, height } = this.mask;
    const program = this.#program;
    this.#small.drawImage(picture, 0, 0, width, height);
    const inputAt = program._getInputMemoryOffset() / 4;
    const { data } = this.#small.getImageData(0, 0, width, height);
    toNetwork(data, program.HEAPF32.subarray(inputAt, inputAt + width * height * 3));
    program._runInference();
    const outputAt = program._getOutputMemoryOffset() / 4;
    takeMask(this.#sure, program.HEAPF32.subarray(outputAt, outputAt + width * height), this.#pixels.data);
    this.#drawn.putImageData(this.#pixels, 0, 0);
  }
}

/** The canvas's context. Throws where there is none. */
export function contextOf(
  canvas: OffscreenCanvas,
  settings: CanvasRenderingContext2DSettings = {},
): OffscreenCanvasRenderingContext2D {
  const context = canvas.getContext('2d', settings);
  if (!context) throw new Error('there is no canvas to draw on');
  return context;
}
