import { type EntryKind, spamWaitMs } from '@parley/shared/model';
import { LIMITS } from '@parley/shared/protocol';

/** V6, for one author: how much may be said in a short time. */
export class SpamWindow {
  /** Newest first. */
  #said: { at: number; text: string }[] = [];

  /** Whether `text` may be said now; counts it if so. */
  accept(text: string, now: number): boolean {
    const newest = this.#said[0];
    // A clock that was set back: how long ago they were is not known.
    if (newest && newest.at > now) this.#said = [];
    this.#said = this.#said.filter(({ at }) => at > now - LIMITS.spamWindowMs);
    if (spamWaitMs(this.#said, text, now) > 0) return false;
    this.#said.unshift({ at: now, text });
    return true;
  }
}

type Said = { kind: EntryKind; id: string; text: string | undefined; isVoice: boolean };

/** V6 for the entries of one author. Calls are noted by the app itself: they take nothing from what the person says. */
export class EntrySpam {
  readonly #messages = new SpamWindow();
  readonly #calls = new SpamWindow();

  /** Whether an entry may come now; counts it if so. A folder is many files at once: what a person has to look at of them has limits of its own. */
  accept({ kind, id, text, isVoice }: Said, now: number): boolean {
    if (kind === 'file' && !isVoice) return true;
    const window = kind === 'call' || kind === 'hangup' ? this.#calls : this.#messages;
    return window.accept(text ?? id, now);
  }
}
