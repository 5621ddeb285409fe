import { type HistoryItem, type MessageKey, messageKey } from '@parley/shared/model';

/** A message with what stands around it. One row of the list; its key stays when rows come and go beside it. */
export type ChatRow = {
  key: MessageKey;
  item: HistoryItem;
  /** The day is named above this message. */
  startsDay: boolean;
  /** The 'new' mark stands above this message. */
  isNew: boolean;
  /** The author is named above the first message of a group and drawn beside the last. */
  startsGroup: boolean;
  endsGroup: boolean;
};

/** Messages of one author stay together as long as no longer silence lies between them. */
const GROUP_GAP_MS = 5 * 60_000;

/**
 * Puts messages (oldest first) under their days and their authors. The 'new' mark stands above `newFrom`. `dayKey` names the
 * calendar day of a moment. `isStart`: nothing is older than these, so the first day begins here.
 */
export function groupMessages(
  items: readonly HistoryItem[],
  newFrom: MessageKey | null,
  isStart: boolean,
  dayKey: (atMs: number) => string,
): ChatRow[] {
  const days = items.map(({ sentAt }) => dayKey(sentAt));
  const starts = items.map((item, index) => {
    const before = items[index - 1];
    return (
      before === undefined ||
      days[index] !== days[index - 1] ||
      messageKey(item) === newFrom ||
      !belongsTogether(before, item)
    );
  });
  return items.map((item, index) => ({
    key: messageKey(item),
    item,
    startsDay: index === 0 ? isStart : days[index] !== days[index - 1],
    isNew: messageKey(item) === newFrom,
    startsGroup: starts[index] === true,
    endsGroup: starts[index + 1] !== false,
  }));
}

const belongsTogether = (before: HistoryItem, item: HistoryItem): boolean =>
  before.author === item.author &&
  before.name === item.name &&
  before.confirmed === item.confirmed &&
  Math.abs(item.sentAt - before.sentAt) <= GROUP_GAP_MS;
