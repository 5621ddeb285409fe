import { LIMITS } from '@parley/shared/protocol';

/** V6, for one author: how much may be said in a short time. */
export class SpamWindow {
  #said: { at: number; text: string }[] = [];

  /** Whether `text` may be said now; counts it if so. */
  accept(text: string, now: number): boolean {
    this.#said = this.#said.filter(({ at }) => now - at < LIMITS.spamWindowMs);
    if (this.#said.length >= LIMITS.spamMessagesMax) return false;
    if (this.#said.filter((each) => each.text === text).length >= LIMITS.spamIdenticalMax) return false;
    this.#said.push({ at: now, text });
    return true;
  }
}
