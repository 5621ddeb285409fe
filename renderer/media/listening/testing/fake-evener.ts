import type { EvenedVoice, EvenVoice } from '../even-voice.ts';

type Made = { from: MediaStream; stream: MediaStream; fail: () => void };

/** Voices that are evened out in the hands of a test. */
export class FakeEvener {
  /** Those that are open, in their order. */
  open: readonly Made[] = [];
  doesNotStart = false;
  /** Set to hold answers back until it resolves. */
  gate: Promise<void> = Promise.resolve();

  readonly even: EvenVoice = async (from, _clock, failed): Promise<EvenedVoice> => {
    await this.gate;
    if (this.doesNotStart) throw new Error('no worklet');
    const stream = { id: `evened ${from.id}` } as MediaStream; // nothing else is read of it
    const made = { from, stream, fail: failed };
    this.open = [...this.open, made];
    const close = () => {
      this.open = this.open.filter((one) => one !== made);
    };
    return { stream, close };
  };
}
