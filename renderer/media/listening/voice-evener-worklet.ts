/** Evens out one voice, away from the page. See browser-evener.ts. */
import { VoiceEvener } from './voice-evener.ts';

/** An audio worklet's own world, which the page's types do not have. */
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, made: new () => AudioWorkletProcessor): void;
declare const sampleRate: number;

class EvenVoiceProcessor extends AudioWorkletProcessor {
  readonly #evener = new VoiceEvener(sampleRate);
  #isOpen = true;

  constructor() {
    super();
    // The only message: the voice is not wanted any more.
    this.port.onmessage = () => {
      this.#isOpen = false;
    };
  }

  process([input = []]: readonly Float32Array[][], [output = []]: readonly Float32Array[][]): boolean {
    this.#evener.process(input, output);
    return this.#isOpen;
  }
}

registerProcessor('parley-even-voice', EvenVoiceProcessor);
