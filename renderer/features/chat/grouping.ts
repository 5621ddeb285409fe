import { type HistoryItem, type MessageKey, messageKey } from '@parley/shared/model';

export type ChatRow =
  | { kind: 'day'; key: string; at: number }
  | { kind: 'new'; key: string }
  | {
      kind: 'group';
      key: string;
      mine: boolean;
      author: string;
      name: string;
      confirmed: boolean;
      items: readonly HistoryItem[];
    };

/** Messages of one author stay together as long as no longer silence lies between them. */
const GROUP_GAP_MS = 5 * 60_000;

/**
 * Puts messages (oldest first) under their days and their authors. `newSince` is the last one that had been
 * seen: the mark stands before the next message of somebody else. `dayKey` names the calendar day of a moment.
 */
export function groupMessages(
  items: readonly HistoryItem[],
  newSince: MessageKey | null,
  dayKey: (atMs: number) => string,
): ChatRow[] {
  const rows: ChatRow[] = [];
  let day: string | null = null;
  let group: {
    kind: 'group';
    key: string;
    mine: boolean;
    author: string;
    name: string;
    confirmed: boolean;
    items: HistoryItem[];
  } | null = null;
  let before: HistoryItem | null = null;
  let marking = false;

  for (const item of items) {
    const key = messageKey(item);
    const itemDay = dayKey(item.sentAt);
    if (itemDay !== day) {
      rows.push({ kind: 'day', key: `day-${itemDay}-${key}`, at: item.sentAt });
      day = itemDay;
      group = null;
    }
    if (marking && !item.mine) {
      rows.push({ kind: 'new', key: 'new' });
      marking = false;
      group = null;
    }
    const joins =
      group !== null &&
      before !== null &&
      group.author === item.author &&
      group.name === item.name &&
      group.confirmed === item.confirmed &&
      Math.abs(item.sentAt - before.sentAt) <= GROUP_GAP_MS;
    if (group && joins) {
      group.items.push(item);
    } else {
      group = {
        kind: 'group',
        key,
        mine: item.mine,
        author: item.author,
        name: item.name,
        confirmed: item.confirmed,
        items: [item],
      };
      rows.push(group);
    }
    if (key === newSince) marking = true;
    before = item;
  }
  return rows;
}
