import { Pace } from './pace.ts';

/** With fewer pictures in a second than this somebody is hard to talk to. */
const ENOUGH_PER_SECOND = 10;
/** So many seconds in a row it has to be worse before anything is done about it. */
const PATIENCE = 4;

/** How well a computer keeps up with hiding a background: at first it is told to look less closely, then to give up. */
export class CoverPace {
  readonly #pace = new Pace(1, PATIENCE);
  #isEasier = false;

  /** Takes how long one picture took on average in the last second. */
  take(msPerPicture: number): 'go-on' | 'easier' | 'give-up' {
    if (!this.#pace.take(1_000 / msPerPicture, ENOUGH_PER_SECOND)) return 'go-on';
    if (this.#isEasier) return 'give-up';
    this.#isEasier = true;
    this.#pace.beginAnew();
    return 'easier';
  }
}
