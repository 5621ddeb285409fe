import { createHmac, randomBytes } from 'node:crypto';

/** A wrong password or token weighs as much as this many malformed frames. */
const WRONG_STRIKES = 10;
const AGAIN_STRIKES = 1;
/** How many wrong secrets are remembered; the oldest gives way. */
const REMEMBERED_MAX = 10_000;

/**
 * Weighs wrong passwords and tokens by what they tell of their sender (R7): different ones are guesses, and the same one again
 * is an app that keeps an old password, of which an office behind one address has many. Keeps keyed hashes alone.
 */
export class WrongSecrets {
  readonly #key = randomBytes(32);
  readonly #seen = new Set<string>();

  /** How many strikes a wrong secret is worth; an empty text stands for none at all. */
  strikesFor(limitKey: string, secret: string): number {
    const mark = createHmac('sha256', this.#key).update(`${limitKey} ${secret}`).digest('base64url');
    if (this.#seen.has(mark)) return AGAIN_STRIKES;
    this.#seen.add(mark);
    const [oldest = mark] = this.#seen;
    if (this.#seen.size > REMEMBERED_MAX) this.#seen.delete(oldest);
    return WRONG_STRIKES;
  }
}
