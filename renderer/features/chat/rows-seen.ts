/** A row of the list, with its edges in the list's own pixels from the top. */
export type RowPlace = { index: number; start: number; end: number };

export type Sight = {
  /** The rows that are in the document, also such that are far away. */
  rows: readonly RowPlace[];
  /** The part of the list that is on the screen: its upper edge and its height. */
  topPx: number;
  heightPx: number;
  /** Whether the window is on the screen and has the keyboard. */
  hasFocus: boolean;
  /** Whether the list is on its way to another place. */
  isMoving: boolean;
};

/** Measured edges are not whole pixels. */
const ROUNDING_PX = 2;

/**
 * The first and the last row that the person can have read: those whose end is on the screen while the window has the focus. Null
 * for none. Rows above and below stay unread.
 */
export function rowsSeen({ rows, topPx, heightPx, hasFocus, isMoving }: Sight): { first: number; last: number } | null {
  if (isMoving || !hasFocus || heightPx <= 0) return null;
  const bottomPx = topPx + heightPx;
  const seen = rows.filter(({ end }) => end > topPx && end <= bottomPx + ROUNDING_PX).map(({ index }) => index);
  return seen.length === 0 ? null : { first: Math.min(...seen), last: Math.max(...seen) };
}
