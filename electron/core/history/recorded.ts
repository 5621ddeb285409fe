import { type HistoryItem, type MessageRef, messageKey } from '@parley/shared/model';

/** What recording entries brought. */
export type Recorded = {
  stored: (MessageRef & { met: boolean })[];
  fresh: HistoryItem[];
  changed: HistoryItem[];
  gained: number;
  refused: number;
  forged: number;
};
/** The same of the first entries of a batch. */
export type RecordedPart = Recorded & { taken: number };

/** What two parts of a batch brought together, each message once and as it is after the second. */
export function joinParts(first: RecordedPart, second: RecordedPart): RecordedPart {
  const later = new Map(second.changed.map((item) => [messageKey(item), item]));
  const latest = (items: readonly HistoryItem[]): HistoryItem[] =>
    items.map((item) => {
      const key = messageKey(item);
      const newer = later.get(key);
      later.delete(key);
      return newer ?? item;
    });
  const fresh = latest(first.fresh);
  const changed = latest(first.changed);
  return {
    stored: [...first.stored, ...second.stored],
    fresh: [...fresh, ...second.fresh],
    changed: [...changed, ...later.values()],
    gained: first.gained + second.gained,
    refused: first.refused + second.refused,
    forged: first.forged + second.forged,
    taken: first.taken + second.taken,
  };
}
