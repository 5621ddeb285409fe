import { foldText } from '@parley/shared/model';
import { type Piece, piecesOf } from './search-words.ts';

const TERMS_MAX = 10;

/** A word or phrase that must occur in a message, folded, with what the index can tell of it. */
export type Term = { text: string; pieces: readonly Piece[] };

/**
 * Reads what a person typed: words, and phrases in double quotes of any shape. All of them must occur. Whatever is typed
 * is data: nothing of it is read as FTS5 syntax.
 */
export function searchTerms(query: string): Term[] {
  const typed = foldText(query.normalize('NFC').replaceAll('\u0000', ' '));
  const texts = [...typed.matchAll(/"([^"]+)"|([^\s"]+)/gu)].map((found) => (found[1] ?? found[2] ?? '').trim());
  return [...new Set(texts)]
    .filter((text) => text !== '')
    .slice(0, TERMS_MAX)
    .map((text) => ({ text, pieces: piecesOf(text) }));
}
