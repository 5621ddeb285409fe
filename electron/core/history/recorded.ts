import type { HistoryItem, MessageKey, MessageRef } from '@parley/shared/model';

/** What recording entries brought. */
export type Recorded = {
  stored: (MessageRef & { met: boolean })[];
  fresh: HistoryItem[];
  changed: HistoryItem[];
  gained: number;
  refused: number;
  forged: number;
};

/** The messages that entries are or change, and whether each was shown before the first of them. */
export type Touched = Map<MessageKey, { ref: MessageRef; wasShown: boolean }>;

/** What the first entries of a batch brought: so many were looked at. */
export type RecordedPart = Omit<Recorded, 'fresh' | 'changed'> & { touched: Touched; taken: number };

/** What two parts of a batch brought together. */
export function joinParts(first: RecordedPart, second: RecordedPart): RecordedPart {
  const touched: Touched = new Map(first.touched);
  // The first word about a message says whether it was shown before.
  for (const [key, about] of second.touched) if (!touched.has(key)) touched.set(key, about);
  return {
    stored: [...first.stored, ...second.stored],
    touched,
    gained: first.gained + second.gained,
    refused: first.refused + second.refused,
    forged: first.forged + second.forged,
    taken: first.taken + second.taken,
  };
}
