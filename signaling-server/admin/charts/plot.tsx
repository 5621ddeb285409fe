import { useEffect, useLayoutEffect, useRef } from 'react';
import UPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { formatClock } from '../words.ts';
import styles from './chart.module.css';
import { withGaps } from './scale.ts';

export type Line = {
  values: readonly number[];
  /** Read whenever it is drawn. */
  color: () => string;
  dash?: number[] | undefined;
  width?: number;
  isFilled?: boolean;
};

type PlotProps = {
  moments: readonly number[];
  lines: readonly Line[];
  /** First and last moment of the axis. */
  from: number;
  to: number;
  format: (value: number) => string;
  /** The finest step of the axis of values. */
  step: number;
  cursor: number | undefined;
  onCursor: (at: number | undefined) => void;
};

/** Steps of an axis of values. */
const STEPS = Array.from({ length: 12 }, (_, power) => [1, 2, 5].map((factor) => factor * 10 ** (power - 1))).flat();
const MINUTE_MS = 60_000;
/** The height of the box in which labels of an axis stand, and their width beside it. */
const [LABELS_HEIGHT, LABELS_WIDTH] = [24, 60];

/** Lines over time on a canvas, drawn by uPlot. It says nothing to a screen reader: its caller does. */
export function Plot(props: PlotProps) {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<UPlot>(undefined);
  const shown = useRef(props);
  useLayoutEffect(() => {
    shown.current = props;
  });
  const { moments, lines, cursor, from, to } = props;
  const count = lines.length;

  // Another number of lines is another plot; everything else is read from `shown` whenever it draws.
  useEffect(() => {
    const element = host.current;
    // Where nothing can be drawn the words beside it are all there is.
    if (!element || document.createElement('canvas').getContext('2d') === null) return undefined;
    const now = () => shown.current;
    const style = () => getComputedStyle(element);
    const { fontFamily } = style();
    const axis: UPlot.Axis = {
      stroke: () => style().color,
      font: `12px ${fontFamily}`,
      ticks: { show: false },
      grid: { stroke: () => style().borderTopColor, width: 1 },
    };
    const made = new UPlot(
      {
        width: element.clientWidth,
        height: element.clientHeight,
        ms: 1,
        legend: { show: false },
        padding: [8, 8, 0, 0],
        cursor: { y: false, drag: { x: false, y: false }, points: { size: 8 } },
        scales: {
          x: { range: () => [now().from, now().to] },
          y: {
            range: (_, __, highest) => [0, Math.max(now().step, UPlot.rangeNum(0, highest || 1, 0.1, true)[1] ?? 1)],
          },
        },
        axes: [
          {
            ...axis,
            size: LABELS_HEIGHT,
            grid: { show: false },
            incrs: [2, 5, 10, 15].map((minutes) => minutes * MINUTE_MS),
            values: (_, moments) => moments.map((at) => formatClock(at)),
          },
          {
            ...axis,
            size: LABELS_WIDTH,
            incrs: STEPS.filter((step) => step >= now().step),
            values: (_, values) => values.map((value) => now().format(value)),
          },
        ],
        series: [
          {},
          ...now().lines.map(
            ({ dash, width, isFilled }, at): UPlot.Series => ({
              stroke: () => now().lines[at]?.color() ?? '',
              width: width ?? 2,
              ...(dash ? { dash } : {}),
              ...(isFilled ? { fill: () => translucent(now().lines[at]?.color() ?? '') } : {}),
              points: { show: false },
            }),
          ),
        ],
        hooks: {
          setCursor: [
            ({ cursor: { idx }, data }) => now().onCursor(typeof idx === 'number' ? data[0][idx] : undefined),
          ],
        },
      },
      dataOf(now()),
      element,
    );
    plot.current = made;
    const resized = new ResizeObserver(() =>
      made.setSize({ width: element.clientWidth, height: element.clientHeight }),
    );
    resized.observe(element);
    // Colors are those of the theme at the moment of drawing.
    const themes = ['(prefers-color-scheme: dark)', '(forced-colors: active)'].map((query) => matchMedia(query));
    const redraw = () => made.redraw();
    for (const theme of themes) theme.addEventListener('change', redraw);
    return () => {
      plot.current = undefined;
      for (const theme of themes) theme.removeEventListener('change', redraw);
      resized.disconnect();
      made.destroy();
    };
  }, [count]);

  useEffect(() => {
    plot.current?.setData(dataOf({ moments, lines }));
  }, [moments, lines, from, to]);

  useEffect(() => {
    const left = cursor === undefined ? -10 : (plot.current?.valToPos(cursor, 'x') ?? -10);
    plot.current?.setCursor({ left, top: left < 0 ? -10 : 0 }, false);
  }, [cursor]);

  return <div ref={host} className={styles.canvas} aria-hidden="true" />;
}

const dataOf = ({ moments, lines }: Pick<PlotProps, 'moments' | 'lines'>): UPlot.AlignedData =>
  withGaps(
    moments,
    lines.map(({ values }) => values),
  );

/** A computed color, nearly seen through. */
const translucent = (color: string): string => `color-mix(in oklab, ${color} 12%, transparent)`;
