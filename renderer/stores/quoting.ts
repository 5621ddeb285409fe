import { type HistoryItem, withoutCodes } from '@parley/shared/model';

/** How an author is called in a text that leaves this room or this app. */
const authorOf = ({ name }: HistoryItem): string => name;

/** Messages as they are copied: one by its words alone, several each under its author. Deleted ones are left out. */
export function asCopied(items: readonly HistoryItem[]): string {
  const kept = items.filter(({ deleted }) => !deleted);
  const [first, ...others] = kept;
  if (first && others.length === 0) return withoutCodes(first.text);
  return kept.map((item) => `${authorOf(item)}:\n${withoutCodes(item.text)}`).join('\n\n');
}

/**
 * Messages as one's own words to another room: each a quote under the name of its author, who signed nothing of it. Mentions in them mention
 * nobody there.
 */
export const asForwarded = (items: readonly HistoryItem[]): string =>
  items
    .filter(({ deleted }) => !deleted)
    .map((item) => `${authorOf(item)}:\n${withoutCodes(item.text).replaceAll(/^/gm, '> ')}`)
    .join('\n\n');
