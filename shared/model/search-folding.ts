/**
 * A text as search compares it. Each UTF-16 unit of `text` knows the part of the original that it came from: unit `i` came from the
 * original's units `starts[i]` up to `ends[i]`.
 */
export type Folded = { text: string; starts: ArrayLike<number>; ends: ArrayLike<number> };

/** White space counts as one part, and so does a character with the marks that stand on it. */
const PARTS = /\s+|[^\s\p{M}][\p{M}\uFF9E\uFF9F]*|\p{M}+/gu;
/**
 * Marks that people leave out when they type: accents, the points of Hebrew, the vowel signs of Arabic. The vowels of Indic scripts
 * and the voice marks of kana are letters of their own and stay.
 */
const MARKS =
  /[[\p{M}&&[\p{Script=Inherited}\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Cyrillic}\p{Script=Greek}]]--[\u3099\u309A]]/gv;
/** Soft hyphens, joiners, marks of direction, variants of emoji: nobody sees them. */
const UNSEEN = /\p{Default_Ignorable_Code_Point}/gu;
/** Letters with a stroke and ligatures, which Unicode does not take apart, and marks that keyboards have in one shape. */
const ALIKE: ReadonlyMap<string, string> = new Map([
  ['ø', 'o'],
  ['ł', 'l'],
  ['đ', 'd'],
  ['ð', 'd'],
  ['ħ', 'h'],
  ['ŧ', 't'],
  ['þ', 'th'],
  ['æ', 'ae'],
  ['œ', 'oe'],
  ['ς', 'σ'],
  ['‘', "'"],
  ['’', "'"],
  ['“', '"'],
  ['”', '"'],
  ['‐', '-'],
  ['‑', '-'],
  ['–', '-'],
  ['—', '-'],
]);
const ALIKE_LETTERS = new RegExp(`[${[...ALIKE.keys()].join('')}]`, 'gu');
/**
 * The same parts, those together that fold as a whole: its first group are words of ASCII with single spaces, its second one ideographs,
 * which stay as they are.
 */
const LONG_PARTS =
  /([\u0021-\u007E]+(?: [\u0021-\u007E]+)*)(?![\p{M}\uFF9E\uFF9F])|([\u4E00-\u9FFF]+)(?![\p{M}\uFF9E\uFF9F])|\s+|[^\s\p{M}][\p{M}\uFF9E\uFF9F]*|\p{M}+/gu;

const seenParts = new Map<string, string>();
const SEEN_PARTS_MAX = 4_096;

/** Folds one part of a text: its case, its marks and its width. */
function foldPart(part: string): string {
  if (/^\s/u.test(part)) return ' ';
  const seen = seenParts.get(part);
  if (seen !== undefined) return seen;
  // Down, up and down again: ß and ẞ become ss, dotless ı becomes i, every sigma becomes the same one.
  const folded = part
    .normalize('NFKD')
    .replace(MARKS, '')
    .replace(UNSEEN, '')
    .toLowerCase()
    .toUpperCase()
    .toLowerCase()
    .replace(ALIKE_LETTERS, (letter) => ALIKE.get(letter) ?? letter)
    .normalize('NFC');
  if (seenParts.size >= SEEN_PARTS_MAX) seenParts.clear();
  seenParts.set(part, folded);
  return folded;
}

const foldLongPart = (part: string, ascii: string | undefined, ideographs: string | undefined): string =>
  ascii !== undefined ? part.toLowerCase() : ideographs !== undefined ? part : foldPart(part);

/** The text as search compares it, without the way back. */
export function foldText(text: string): string {
  return text.toWellFormed().replace(LONG_PARTS, foldLongPart);
}

/** The text as search compares it: 'Café', 'CAFE' and 'cafe' are one, and so are 'Straße' and 'strasse'. */
export function fold(text: string): Folded {
  let folded = '';
  const starts: number[] = [];
  const ends: number[] = [];
  for (const { 0: part, index } of text.toWellFormed().matchAll(PARTS)) {
    const shown = foldPart(part);
    folded += shown;
    for (let i = 0; i < shown.length; i++) {
      starts.push(index);
      ends.push(index + part.length);
    }
  }
  return { text: folded, starts, ends };
}

/**
 * Where folded terms stand in a text, as start and end in UTF-16 units of the original, merged and in order. A character counts as a
 * whole, with its marks.
 */
export function matchesIn(text: string, terms: readonly string[]): [start: number, end: number][] {
  const folded = fold(text);
  const found: [number, number][] = [];
  for (const term of terms) {
    if (term === '') continue;
    for (let at = folded.text.indexOf(term); at !== -1; at = folded.text.indexOf(term, at + term.length)) {
      found.push([folded.starts[at] ?? 0, folded.ends[at + term.length - 1] ?? 0]);
    }
  }
  found.sort((left, right) => left[0] - right[0] || left[1] - right[1]);
  const merged: [number, number][] = [];
  for (const [start, end] of found) {
    const last = merged.at(-1);
    if (last && start <= last[1]) last[1] = Math.max(last[1], end);
    else merged.push([start, end]);
  }
  return merged;
}
