import type { CallTrouble } from '@parley/shared/protocol';
import type { LinkQuality } from './link-quality.ts';

/** Readings in a row that have to differ from what is shown before it changes. */
const WORSE_AFTER = 2;
const BETTER_AFTER = 3;

const RANK = { unknown: 0, good: 0, fair: 1, poor: 2 } as const;

/** The quality of a link as it is shown: what one reading says alone changes nothing, so that words do not flicker. */
export class SteadyQuality {
  #shown: LinkQuality = { level: 'unknown' };
  #differing = 0;

  get shown(): LinkQuality {
    return this.#shown;
  }

  /** Takes what the present reading says. Returns whether what is shown changed, be it only a number. */
  take(next: LinkQuality): boolean {
    const shown = this.#shown;
    if (kindOf(next) === kindOf(shown)) {
      this.#differing = 0;
      if (JSON.stringify(next) === JSON.stringify(shown)) return false;
      this.#shown = next;
      return true;
    }
    this.#differing += 1;
    const isBetter = RANK[next.level] < RANK[shown.level];
    if (shown.level !== 'unknown' && this.#differing < (isBetter ? BETTER_AFTER : WORSE_AFTER)) return false;
    return this.#show(next);
  }

  /** The connection that the readings were of is over. Returns whether what is shown changed. */
  forget(): boolean {
    return this.#shown.level !== 'unknown' && this.#show({ level: 'unknown' });
  }

  #show(quality: LinkQuality): boolean {
    this.#shown = quality;
    this.#differing = 0;
    return true;
  }
}

/** The part that is shown apart from its numbers. */
const kindOf = (quality: LinkQuality): string =>
  'cause' in quality ? `${quality.level} ${quality.cause.kind}` : quality.level;

/** How long something has to be wrong at this end before it is said, in ms; a microphone that is quiet for a moment is not broken. */
const SAID_AFTER_MS: Readonly<Record<CallTrouble, number>> = {
  computer: 4_000,
  uplink: 4_000,
  downlink: 4_000,
  microphone: 20_000,
};
/** How long it has to be right again, in ms. A voice that is heard needs no proof. */
const OVER_AFTER_MS: Readonly<Record<CallTrouble, number>> = {
  computer: 6_000,
  uplink: 6_000,
  downlink: 6_000,
  microphone: 0,
};
const ALL = ['computer', 'uplink', 'downlink', 'microphone'] as const satisfies readonly CallTrouble[];

/** The troubles of this end as they are shown and told to the others: only what lasts. */
export class SteadyTroubles {
  #shown: readonly CallTrouble[] = [];
  /** Since when each trouble has been other than it is shown, by the monotonic clock in ms. */
  readonly #differingSince = new Map<CallTrouble, number>();

  get shown(): readonly CallTrouble[] {
    return this.#shown;
  }

  /** Takes what is wrong at the moment `nowMs`. Returns whether what is shown changed. */
  take(present: readonly CallTrouble[], nowMs: number): boolean {
    const next = ALL.filter((trouble) => {
      const isShown = this.#shown.includes(trouble);
      if (present.includes(trouble) === isShown) {
        this.#differingSince.delete(trouble);
        return isShown;
      }
      const since = this.#differingSince.get(trouble) ?? nowMs;
      this.#differingSince.set(trouble, since);
      const waitMs = isShown ? OVER_AFTER_MS[trouble] : SAID_AFTER_MS[trouble];
      if (nowMs - since < waitMs) return isShown;
      this.#differingSince.delete(trouble);
      return !isShown;
    });
    if (next.join() === this.#shown.join()) return false;
    this.#shown = next;
    return true;
  }

  forget(): boolean {
    this.#differingSince.clear();
    const isChanged = this.#shown.length > 0;
    this.#shown = [];
    return isChanged;
  }
}
