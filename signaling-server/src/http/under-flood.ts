import { TokenBucket } from '../limits/token-bucket.ts';

/** So many in a row are made anew, and so many a second after that: more than all honest monitors together ask for. */
const BURST = 20;
const PER_SECOND = 4;

/**
 * What is dear to make and never refused: whoever asks for it gets it made anew, until so many ask that making it would
 * take the server from everybody else. Then all get what was made last, at most a quarter of a second old. `now` in ms.
 */
export function underFlood<T>(make: () => Promise<T>, now: () => number): () => Promise<T> {
  const bucket = new TokenBucket();
  let last: Promise<T> | undefined;
  return () => {
    if (bucket.take(1, now(), BURST, PER_SECOND / 1_000) > 0 && last) return last;
    const made = make();
    last = made;
    // A failure is told to those who waited for it and to nobody after them.
    made.catch(() => {
      if (last === made) last = undefined;
    });
    return made;
  };
}
