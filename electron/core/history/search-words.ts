/**
 * How a folded text is taken apart for the index. Scripts that part words with spaces give words. Scripts that do not
 * (and Hangul, whose words grow endings) give characters and pairs of characters. Every other character stands alone.
 */
const UNSPACED =
  '\\p{scx=Han}\\p{scx=Hiragana}\\p{scx=Katakana}\\p{scx=Hangul}\\p{scx=Bopomofo}\\p{scx=Yi}\\p{scx=Thai}\\p{scx=Lao}\\p{scx=Khmer}\\p{scx=Myanmar}\\p{scx=Tibetan}\\p{scx=Javanese}\\p{scx=Balinese}';
const LETTERS = '\\p{L}\\p{M}\\p{N}';
/** Its first group is a word, its second one a run of a script without spaces. Groups with names would cost an object for each match. */
const RUNS = new RegExp(`([[${LETTERS}]--[${UNSPACED}]]+)|([[${LETTERS}]&&[${UNSPACED}]]+)|\\S`, 'gv');
const IN_WORD = new RegExp(`^[[${LETTERS}]--[${UNSPACED}]]+$`, 'v');

/** A word is looked up by three of its characters. */
const PART = 3;

/** One piece of what is looked for: all of a word, or a part of one, or what stands in the index as it is. */
export type Piece =
  | { kind: 'word'; word: string; wholeStart: boolean; wholeEnd: boolean }
  | { kind: 'exact'; entries: readonly string[] };

/** Everything of a folded text that goes into the index, each once. */
export function wordsOf(folded: string): Set<string> {
  const words = new Set<string>();
  for (const [run, , unspaced] of folded.matchAll(RUNS)) {
    if (unspaced === undefined) words.add(run);
    else for (const each of charactersAndPairs(run)) words.add(each);
  }
  return words;
}

/** What a folded term needs: each piece must be in a message that holds the term. Several pieces do not yet mean that it does. */
export function piecesOf(term: string): Piece[] {
  const pieces: Piece[] = [];
  for (const match of term.matchAll(RUNS)) {
    const { index } = match;
    const [run, word, unspaced] = match;
    if (word !== undefined) {
      pieces.push({ kind: 'word', word: run, wholeStart: index > 0, wholeEnd: index + run.length < term.length });
    } else if (unspaced === undefined || [...run].length === 1) {
      pieces.push({ kind: 'exact', entries: [run] });
    } else {
      const characters = [...run];
      pieces.push({ kind: 'exact', entries: characters.slice(1).map((next, at) => `${characters[at]}${next}`) });
    }
  }
  return pieces;
}

/** Whether an entry of the index is a word, which can be found by its parts. */
export const isWord = (entry: string): boolean => IN_WORD.test(entry);

/** From each character of a word the next three. The two shorter ones at its end make one and two characters findable as prefixes. */
export function partsOf(word: string): string[] {
  const characters = [...word];
  return characters.map((_, at) => characters.slice(at, at + PART).join(''));
}

/** The FTS5 expression for words that may contain `part`. */
export function partExpression(part: string): string {
  const parts = partsOf(part).filter((each) => [...each].length === PART);
  return parts.length === 0 ? `"${part}" *` : [...new Set(parts)].map((each) => `"${each}"`).join(' AND ');
}

function charactersAndPairs(run: string): string[] {
  const characters = [...run];
  return characters.flatMap((one, at) => {
    const next = characters[at + 1];
    return next === undefined ? [one] : [one, one + next];
  });
}
