/** The trigram index finds nothing shorter. */
const TRIGRAM = 3;
/** No message holds it (V4), so it can part terms. */
const SEPARATOR = '\u0000';

export type SearchTerms = {
  /** An FTS5 expression, or null when no term is long enough for the index. */
  match: string | null;
  /** The terms that are too short for the index, for `holdsAll`; null when there are none. */
  short: string | null;
  /** All terms as typed, for marking. */
  terms: readonly string[];
};

/**
 * Reads what a person typed: words, and phrases in double quotes. All of them must occur. Whatever is typed is
 * data: nothing of it is read as FTS5 syntax.
 */
export function searchTerms(query: string): SearchTerms {
  const terms = [
    ...query
      .normalize('NFC')
      .replaceAll('\u0000', ' ')
      .matchAll(/"([^"]+)"|([^\s"]+)/gu),
  ]
    .map((found) => (found[1] ?? found[2] ?? '').trim())
    .filter((term) => term !== '')
    .slice(0, 10);
  const long = terms.filter((term) => [...term].length >= TRIGRAM);
  const short = terms.filter((term) => [...term].length < TRIGRAM);
  return {
    match: long.length === 0 ? null : long.map((term) => `"${term.replaceAll('"', '""')}"`).join(' AND '),
    short: short.length === 0 ? null : short.join(SEPARATOR),
    terms,
  };
}

/** Whether every term of `short` occurs in the text; case does not matter in any script. */
export function holdsAll(text: string, short: string): boolean {
  const folded = text.toLowerCase();
  return short.split(SEPARATOR).every((term) => folded.includes(term.toLowerCase()));
}

/** Where the terms stand in a text, as start and end in UTF-16 units, merged and in order. */
export function matchesIn(text: string, terms: readonly string[]): [number, number][] {
  const found: [number, number][] = [];
  for (const term of terms) {
    const pattern = new RegExp(term.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'giu');
    for (const hit of text.matchAll(pattern)) found.push([hit.index, hit.index + hit[0].length]);
  }
  found.sort((left, right) => left[0] - right[0]);
  const merged: [number, number][] = [];
  for (const [start, end] of found) {
    const last = merged.at(-1);
    if (last && start <= last[1]) last[1] = Math.max(last[1], end);
    else merged.push([start, end]);
  }
  return merged;
}
