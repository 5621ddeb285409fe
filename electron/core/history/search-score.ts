const LETTER = /[\p{L}\p{M}\p{N}]/u;
/** Occurrences of a term that are looked at. */
const OCCURRENCES_MAX = 8;

/** How much of a word a term is where it stands: all of it, its beginning, or another part. */
const WHOLE = 3;
const BEGINNING = 2;
const PART = 1;

const isLetterAt = (text: string, at: number): boolean => LETTER.test(text.charAt(at));

/**
 * How well a folded text that holds all terms answers them, for sorting; higher is better. Counts most how much of a word each term is, then
 * whether the terms stand one after the other as they were typed, how often they occur, and how little else the text says.
 */
export function scoreOf(folded: string, terms: readonly string[]): number {
  let score = 0;
  for (const term of terms) {
    let best = 0;
    let count = 0;
    for (
      let at = folded.indexOf(term);
      at >= 0 && count < OCCURRENCES_MAX;
      at = folded.indexOf(term, at + term.length)
    ) {
      count++;
      const begins = at === 0 || !isLetterAt(folded, at - 1);
      const ends = at + term.length >= folded.length || !isLetterAt(folded, at + term.length);
      best = Math.max(best, begins && ends ? WHOLE : begins ? BEGINNING : PART);
    }
    score += 4 * best + Math.min(3, count);
  }
  if (terms.length > 1 && folded.includes(terms.join(' '))) score += 6;
  return score - Math.min(4, folded.length / 250);
}
