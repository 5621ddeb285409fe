import {
  comparePlaces,
  type HistoryGap,
  type HistoryItem,
  type MessageKey,
  messageKey,
  personIn,
  type RoomChange,
} from '@parley/shared/model';

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
  /** The gaps that are told of above this message, and below it where it is the last of the room. */
  gaps: readonly HistoryGap[];
  gapsBelow: readonly HistoryGap[];
  /** The changes of the room in the same places, those of an earlier day above the day. */
  changesBefore: readonly RoomChange[];
  changes: readonly RoomChange[];
  changesBelow: readonly RoomChange[];
};

export type Grouping = {
  /** The 'new' mark stands above this message. */
  newFrom: MessageKey | null;
  /** Nothing is older than these messages, so the first day begins here; nothing is newer. */
  isStart: boolean;
  isEnd: boolean;
  /** In the order of the room, also of parts of it that are not among these messages. */
  gaps: readonly HistoryGap[];
  changes: readonly RoomChange[];
  /** Names the calendar day of a moment. */
  dayKey: (atMs: number) => string;
};

const NO_GAPS: readonly HistoryGap[] = [];
const NO_CHANGES: readonly RoomChange[] = [];

/** Messages of one author stay together as long as no longer silence lies between them. */
const GROUP_GAP_MS = 5 * 60_000;

/** Puts messages (oldest first) under their days and their authors, and between them what is missing. */
export function groupMessages(
  items: readonly HistoryItem[],
  { newFrom, isStart, isEnd, gaps, changes, dayKey }: Grouping,
): ChatRow[] {
  const days = items.map(({ sentAt }) => dayKey(sentAt));
  const missing = gapsByIndex(items, gaps);
  const set = changesByIndex(items, changes);
  const starts = items.map((item, index) => {
    const before = items[index - 1];
    return (
      before === undefined ||
      missing.has(index) ||
      set.has(index) ||
      days[index] !== days[index - 1] ||
      messageKey(item) === newFrom ||
      !belongsTogether(before, item)
    );
  });
  /** Those above a message, by the day they are of. */
  const changesAt = (index: number, ofItsDay: boolean): readonly RoomChange[] => {
    const all = (index > 0 || isStart ? set.get(index) : undefined) ?? NO_CHANGES;
    return all.length === 0 ? all : all.filter(({ sentAt }) => (dayKey(sentAt) === days[index]) === ofItsDay);
  };
  return items.map((item, index) => ({
    key: messageKey(item),
    item,
    startsDay: index === 0 ? isStart : days[index] !== days[index - 1],
    isNew: messageKey(item) === newFrom,
    startsGroup: starts[index] === true,
    endsGroup: starts[index + 1] !== false,
    // Above the first of these messages a gap may as well belong to older ones that are not loaded.
    gaps: (index > 0 || isStart ? missing.get(index) : undefined) ?? NO_GAPS,
    gapsBelow: (isEnd && index === items.length - 1 ? missing.get(items.length) : undefined) ?? NO_GAPS,
    changesBefore: changesAt(index, false),
    changes: changesAt(index, true),
    changesBelow: (isEnd && index === items.length - 1 ? set.get(items.length) : undefined) ?? NO_CHANGES,
  }));
}

/** The gaps by the index of the message that they stand above. */
function gapsByIndex(items: readonly HistoryItem[], gaps: readonly HistoryGap[]): Map<number, HistoryGap[]> {
  const found = new Map<number, HistoryGap[]>();
  for (const gap of gaps) {
    const isBelow = (item: HistoryItem) => comparePlaces(item, gap.place) >= (gap.side === 'after' ? 1 : 0);
    const at = items.findIndex(isBelow);
    const index = at < 0 ? items.length : at;
    found.set(index, [...(found.get(index) ?? []), gap]);
  }
  return found;
}

/** The changes of the room by the index of the message that they stand above. */
function changesByIndex(items: readonly HistoryItem[], changes: readonly RoomChange[]): Map<number, RoomChange[]> {
  return Map.groupBy(changes, (change) => {
    const at = items.findIndex((item) => comparePlaces(item, change) > 0);
    return at < 0 ? items.length : at;
  });
}

const belongsTogether = (before: HistoryItem, item: HistoryItem): boolean =>
  before.content.kind !== 'call' &&
  item.content.kind !== 'call' &&
  personIn(before) === personIn(item) &&
  before.name === item.name &&
  before.confirmed === item.confirmed &&
  Math.abs(item.sentAt - before.sentAt) <= GROUP_GAP_MS;
