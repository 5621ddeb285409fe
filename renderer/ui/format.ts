import { isolated } from '@parley/shared/model';

/**
 * Numbers, times and sizes as people read them. All take the moment they are read at and, for tests, the
 * locale and time zone; without one the computer's own is used.
 */
export type Where = { locale?: string; timeZone?: string };

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const zone = ({ timeZone }: Where): Intl.DateTimeFormatOptions => (timeZone ? { timeZone } : {});

/** `14:32`, or `2:32 PM` where that is usual. */
export const formatClock = (atMs: number, where: Where = {}): string =>
  new Intl.DateTimeFormat(where.locale, { hour: '2-digit', minute: '2-digit', ...zone(where) }).format(atMs);

/** The calendar day of a moment, to compare days with: `2026-03-07`. */
export const dayKeyOf = (atMs: number, where: Where = {}): string =>
  new Intl.DateTimeFormat('en-CA', { year: 'numeric', month: '2-digit', day: '2-digit', ...zone(where) }).format(atMs);

/** The bounds of a day such as `2026-03-07` where the person is; null for what is no day yet. */
export function dayOf(text: string): { startMs: number; endMs: number } | null {
  const [year = Number.NaN, month = Number.NaN, day = Number.NaN] = text.split('-').map(Number);
  const startMs = new Date(year, month - 1, day).getTime();
  if (!Number.isFinite(startMs) || year < 1970) return null;
  return { startMs: Math.max(0, startMs), endMs: new Date(year, month - 1, day + 1).getTime() };
}

/** `Today`, `Yesterday`, or the date, with the year when it is another one. */
export function formatDay(atMs: number, nowMs: number, where: Where = {}): string {
  const day = dayKeyOf(atMs, where);
  if (day === dayKeyOf(nowMs, where)) return 'Today';
  if (day === dayKeyOf(nowMs - DAY_MS, where)) return 'Yesterday';
  const sameYear = day.slice(0, 4) === dayKeyOf(nowMs, where).slice(0, 4);
  return new Intl.DateTimeFormat(where.locale, {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    ...(sameYear ? {} : { year: 'numeric' }),
    ...zone(where),
  }).format(atMs);
}

/** Relative until a day old (`now`, `5 min. ago`), then the date. */
export function formatWhen(atMs: number, nowMs: number, where: Where = {}): string {
  const ageMs = nowMs - atMs;
  const relative = new Intl.RelativeTimeFormat(where.locale, { numeric: 'auto', style: 'short' });
  if (ageMs < MINUTE_MS) return 'now';
  if (ageMs < HOUR_MS) return relative.format(-Math.floor(ageMs / MINUTE_MS), 'minute');
  if (ageMs < DAY_MS) return relative.format(-Math.floor(ageMs / HOUR_MS), 'hour');
  const sameYear = dayKeyOf(atMs, where).slice(0, 4) === dayKeyOf(nowMs, where).slice(0, 4);
  return new Intl.DateTimeFormat(where.locale, {
    day: 'numeric',
    month: 'short',
    ...(sameYear ? {} : { year: 'numeric' }),
    ...zone(where),
  }).format(atMs);
}

/** How long something has run: `0:07`, `12:45`, `1:02:03`. Never negative. */
export function formatDuration(durationMs: number): string {
  const seconds = Math.max(0, Math.floor(durationMs / 1_000));
  const two = (value: number) => String(value).padStart(2, '0');
  const hours = Math.floor(seconds / 3_600);
  const minutes = Math.floor((seconds % 3_600) / 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** How long something took: `20 sec`, `12 min`, `1 hr 5 min`, as the place writes them; in whole words where it is `long`. */
export function formatLength(lengthMs: number, style: 'short' | 'long', where: Where = {}): string {
  const part = (value: number, unit: 'second' | 'minute' | 'hour') =>
    new Intl.NumberFormat(where.locale, { style: 'unit', unit, unitDisplay: style }).format(value);
  if (lengthMs < MINUTE_MS) return part(Math.max(1, Math.floor(lengthMs / 1_000)), 'second');
  const minutes = Math.floor(lengthMs / MINUTE_MS);
  if (minutes < 60) return part(minutes, 'minute');
  const hours = part(Math.floor(minutes / 60), 'hour');
  return minutes % 60 === 0 ? hours : `${hours} ${part(minutes % 60, 'minute')}`;
}

export const formatNumber = (value: number, where: Where = {}): string =>
  new Intl.NumberFormat(where.locale).format(value);

/** A size with SI prefixes: `512 bytes`, `1.5 MB`, `2 GB`. */
export function formatSize(sizeBytes: number, where: Where = {}): string {
  const steps = [
    { from: 1e9, unit: 'GB' },
    { from: 1e6, unit: 'MB' },
    { from: 1e3, unit: 'kB' },
  ];
  // Half a unit of the last digit below a step already reads as that step: 999,999 bytes is 1 MB.
  const step = steps.find(({ from }) => sizeBytes >= from * 0.9995);
  if (!step) return `${formatNumber(sizeBytes, where)} ${sizeBytes === 1 ? 'byte' : 'bytes'}`;
  return `${new Intl.NumberFormat(where.locale, { maximumFractionDigits: 1 }).format(sizeBytes / step.from)} ${step.unit}`;
}

/** `Ana`, `Ana and Ben`, `Ana, Ben and Cem`, `Ana, Ben and 3 others`. */
export function formatNames(names: readonly string[]): string {
  const [first = '', second = '', third = ''] = names.map(isolated);
  if (names.length <= 1) return first;
  if (names.length === 2) return `${first} and ${second}`;
  if (names.length === 3) return `${first}, ${second} and ${third}`;
  return `${first}, ${second} and ${names.length - 2} others`;
}

/** `1 person`, `3 people`. */
export const countOf = (count: number, one: string, many: string): string =>
  `${formatNumber(count)} ${count === 1 ? one : many}`;
