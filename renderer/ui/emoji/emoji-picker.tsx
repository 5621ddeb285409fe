import { type KeyboardEvent, useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { useVirtualizer } from '../virtual.ts';
import { type EmojiData, type EmojiEntry, entryOf, findEmoji, inTone } from './emoji-data.ts';
import { firstCellFrom, type GridStep, layOut, rowOf, stepFrom } from './emoji-grid.ts';
import styles from './emoji-picker.module.css';
import { useEmojiData } from './use-emoji-data.ts';

const COLUMNS = 8;
const CELL_PX = 36;
const TITLE_PX = 28;
const FOUND_MAX = 200;
const TONES = ['👋', '👋🏻', '👋🏼', '👋🏽', '👋🏾', '👋🏿'];
const TONE_NAMES = ['Yellow', 'Light', 'Medium light', 'Medium', 'Medium dark', 'Dark'];

const STEPS: Readonly<Record<string, GridStep>> = {
  ArrowUp: 'up',
  ArrowDown: 'down',
  ArrowLeft: 'left',
  ArrowRight: 'right',
  PageUp: 'sectionBefore',
  PageDown: 'sectionAfter',
};

type EmojiPickerProps = {
  /** Emoji that were used last, the latest first. */
  recent: readonly string[];
  /** 0 to 5: yellow, light to dark. */
  tone: number;
  onTone: (tone: number) => void;
  onChoose: (emoji: string) => void;
};

/**
 * All emoji, to be searched. The field keeps the focus: the arrow keys move through the emoji, Page Up and Down through their
 * groups, Enter chooses.
 */
export function EmojiPicker(props: EmojiPickerProps) {
  const { data, isFailed } = useEmojiData(true);
  if (data) return <Loaded {...props} data={data} />;
  return (
    <p className={styles.message} role="status">
      {isFailed ? 'The emoji could not be read. Close this and try again.' : 'Loading emoji…'}
    </p>
  );
}

function Loaded({ data, recent, tone, onTone, onChoose }: EmojiPickerProps & { data: EmojiData }) {
  const id = useId();
  const listRef = useRef<HTMLDivElement>(null);
  const fieldRef = useRef<HTMLInputElement>(null);
  const [query, setQuery] = useState('');
  const [active, setActive] = useState(0);
  /** ← and → move through what is typed until ↑ or ↓ was pressed. */
  const [isInGrid, setInGrid] = useState(true);
  /** The row to go to, once it is there. */
  const scrollTo = useRef<number | null>(null);
  // It comes after what it stands in, which had the focus until then.
  useEffect(() => fieldRef.current?.focus(), []);
  const isSearching = query.trim() !== '';

  // Choosing one meanwhile moves nothing under the person's hand.
  const [used] = useState(recent);
  const full = useMemo(() => {
    const before = used.flatMap((emoji) => asUsed(data, emoji));
    return layOut([{ name: 'Used last', entries: before }, ...data.groups], COLUMNS);
  }, [data, used]);
  const grid = useMemo(
    () => (isSearching ? layOut([{ name: '', entries: findEmoji(data, query, FOUND_MAX) }], COLUMNS) : full),
    [data, query, isSearching, full],
  );

  const virtualizer = useVirtualizer({
    count: grid.rows.length,
    getScrollElement: () => listRef.current,
    estimateSize: (index) => (grid.rows[index]?.kind === 'title' ? TITLE_PX : CELL_PX),
    overscan: 4,
  });

  const moveTo = (cell: number) => {
    setActive(cell);
    const row = rowOf(grid, cell);
    // The title above comes into view with the first row.
    if (row >= 0) virtualizer.scrollToIndex(grid.rows[row - 1]?.kind === 'title' ? row - 1 : row, { align: 'auto' });
    if (row >= 0) virtualizer.scrollToIndex(row, { align: 'auto' });
  };
  const goToGroup = (name: string) => {
    const row = full.rows.findIndex((each) => each.kind === 'title' && each.name === name);
    setQuery('');
    setInGrid(true);
    setActive(firstCellFrom(full, row));
    if (isSearching) scrollTo.current = row;
    else virtualizer.scrollToIndex(row, { align: 'start' });
    fieldRef.current?.focus();
  };
  useLayoutEffect(() => {
    if (scrollTo.current === null || grid !== full) return;
    virtualizer.scrollToIndex(scrollTo.current, { align: 'start' });
    scrollTo.current = null;
  }, [grid, full, virtualizer]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const current = grid.cells[active];
    const step = STEPS[event.key];
    const isSideways = step === 'left' || step === 'right';
    if (event.key === 'Enter' && current) onChoose(inTone(current, tone));
    else if (step !== undefined && (!isSideways || isInGrid)) {
      setInGrid(true);
      moveTo(
        stepFrom(grid, active, isSideways && document.dir === 'rtl' ? (step === 'left' ? 'right' : 'left') : step),
      );
    } else return;
    event.preventDefault();
  };

  const shown = grid.cells[active];
  return (
    <div className={styles.picker}>
      <input
        ref={fieldRef}
        role="combobox"
        type="text"
        className={styles.search}
        aria-label="Search emoji"
        aria-expanded="true"
        aria-controls={`${id}-grid`}
        aria-activedescendant={shown ? `${id}-${active}` : undefined}
        placeholder="Search emoji"
        autoComplete="off"
        spellCheck={false}
        value={query}
        onChange={(event) => {
          setQuery(event.target.value);
          setActive(0);
          setInGrid(event.target.value === '');
          virtualizer.scrollToOffset(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div className={styles.groups} role="toolbar" aria-label="Groups">
        {data.groups.map(({ name, sign }) => (
          <button
            key={name}
            type="button"
            className={styles.group}
            aria-label={name}
            title={name}
            onClick={() => goToGroup(name)}
          >
            {sign}
          </button>
        ))}
      </div>
      <div ref={listRef} className={styles.list} tabIndex={-1}>
        <div
          id={`${id}-grid`}
          role="grid"
          aria-label="Emoji"
          aria-rowcount={grid.rows.length}
          className={styles.rows}
          onMouseDown={(event) => event.preventDefault()}
          style={{ blockSize: virtualizer.getTotalSize() }}
        >
          {virtualizer.getVirtualItems().map(({ key, index, start, size }) => {
            const row = grid.rows[index];
            return row === undefined ? null : (
              <div
                key={key}
                role="row"
                tabIndex={-1}
                aria-rowindex={index + 1}
                className={styles.row}
                style={{ transform: `translateY(${start}px)`, blockSize: size }}
              >
                {row.kind === 'title' ? (
                  <span role="rowheader" tabIndex={-1} className={styles.title}>
                    {row.name}
                  </span>
                ) : (
                  row.entries.map((entry, column) => {
                    const cell = row.from + column;
                    return (
                      // The field keeps the focus and says which cell is active; keys are handled there.
                      <span
                        key={`${entry.emoji}${cell}`}
                        id={`${id}-${cell}`}
                        role="gridcell"
                        tabIndex={-1}
                        className={styles.cell}
                        aria-label={entry.name}
                        aria-selected={cell === active}
                        onPointerMove={() => setActive(cell)}
                        onClick={() => onChoose(inTone(entry, tone))}
                        onKeyDown={onKeyDown}
                      >
                        {inTone(entry, tone)}
                      </span>
                    );
                  })
                )}
              </div>
            );
          })}
        </div>
        {grid.cells.length === 0 ? (
          <p className={styles.message} role="status">
            Nothing was found.
          </p>
        ) : null}
      </div>
      <div className={styles.foot}>
        <span className={styles.name} aria-hidden="true">
          {shown ? `${inTone(shown, tone)} :${shown.codes[0] ?? ''}:` : ''}
        </span>
        <select
          aria-label="Skin tone"
          className={styles.tone}
          value={tone}
          onChange={(event) => onTone(Number(event.target.value))}
        >
          {TONES.map((sign, index) => (
            <option key={sign} value={index} aria-label={TONE_NAMES[index]}>
              {sign}
            </option>
          ))}
        </select>
      </div>
    </div>
  );
}

/** The entry of an emoji in the tone in which it was used, which it keeps. */
function asUsed(data: EmojiData, emoji: string): EmojiEntry[] {
  const entry = entryOf(data, emoji);
  return entry ? [{ ...entry, emoji, tones: [] }] : [];
}
