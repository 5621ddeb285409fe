import type { SearchKind } from '@parley/shared/model';
import type { Queries } from './database.ts';
import type { People } from './people.ts';
import { authorEntry, monthEntry, roomEntry, tokenOf } from './search-index.ts';
import type { Term } from './search-terms.ts';
import { type Piece, partExpression } from './search-words.ts';
import { sql } from './statements.ts';

/** What hits are narrowed to. Times are in ms; `from` is the first that counts, `until` the first that no longer does. */
export type SearchFilter = {
  roomId?: string | undefined;
  author?: string | undefined;
  kind?: SearchKind | undefined;
  from?: number | undefined;
  until?: number | undefined;
};

/**
 * How a search goes. `indexed`: by an FTS5 expression; where it is `exact`, whatever it finds is a hit. `all`: the terms are in
 * so many words that reading the newest messages finds a page sooner. `files`: among the files alone, by their names. `nothing`: no message
 * can match.
 */
export type SearchPlan =
  | { kind: 'nothing' }
  | { kind: 'all' }
  | { kind: 'files' }
  | { kind: 'indexed'; match: string; exact: boolean };

/** A piece of a word that is in more words than this narrows a search too little to be looked up. */
const WORDS_MAX = 400;
/** How many words are looked at for that; the index of parts gives some that do not hold the whole piece. */
const CANDIDATES_MAX = 1_000;

/** The ids of what may stand for one piece; null where there are too many. */
type Choice = number[] | null;

export function planSearch(
  { one, all, people }: Queries & { people: Pick<People, 'devicesOf'> },
  terms: readonly Term[],
  filter: SearchFilter,
): SearchPlan {
  const idsOf = (entry: string): number[] => {
    const row = one<{ id: number }>(sql.wordId, entry);
    return row ? [row.id] : [];
  };

  function wordsWith({ word, wholeStart, wholeEnd }: Extract<Piece, { kind: 'word' }>): Choice {
    if (wholeStart && wholeEnd) return idsOf(word);
    const rows = all<{ id: number; word: string }>(sql.wordsWithParts, partExpression(word), CANDIDATES_MAX + 1);
    if (rows.length > CANDIDATES_MAX) return null;
    const holding = rows.filter((row) =>
      wholeStart ? row.word.startsWith(word) : wholeEnd ? row.word.endsWith(word) : row.word.includes(word),
    );
    return holding.length > WORDS_MAX ? null : holding.map(({ id }) => id);
  }

  function months({ from, until }: SearchFilter): Choice {
    const first = from === undefined ? 'month ' : monthEntry(from);
    const last = until === undefined ? 'month ~' : monthEntry(until);
    const ids = all<{ id: number }>(sql.wordIdsBetween, first, last).map(({ id }) => id);
    return ids.length > WORDS_MAX ? null : ids;
  }

  // There are far fewer of them than there are messages.
  if (filter.kind === 'file') return { kind: 'files' };

  const choices: Choice[] = [];
  for (const { pieces } of terms) {
    for (const piece of pieces) {
      if (piece.kind === 'word') choices.push(wordsWith(piece));
      else choices.push(...piece.entries.map(idsOf));
    }
  }
  if (filter.roomId !== undefined) choices.push(idsOf(roomEntry(filter.roomId)));
  if (filter.author !== undefined)
    choices.push(people.devicesOf(filter.author).flatMap((device) => idsOf(authorEntry(device))));
  // Each link has a colon, and few other messages have.
  if (filter.kind === 'link') choices.push(idsOf(':'));
  const dated = filter.from !== undefined || filter.until !== undefined;
  if (dated) choices.push(months(filter));

  if (choices.some((ids) => ids?.length === 0)) return { kind: 'nothing' };
  const narrow = choices.filter((ids) => ids !== null);
  if (narrow.length === 0) return { kind: 'all' };
  const inOneEntry = terms.every(({ pieces: [first, second] }) =>
    first?.kind === 'exact' ? first.entries.length === 1 && second === undefined : second === undefined,
  );
  return {
    kind: 'indexed',
    match: narrow.map((ids) => `(${ids.map((id) => `"${tokenOf(id)}"`).join(' OR ')})`).join(' AND '),
    exact: inOneEntry && !dated && filter.kind === undefined && narrow.length === choices.length,
  };
}
