/** Numbers and times as people read them. Tests name the place; the page takes the reader's own. */
export type Where = { locale?: string; timeZone?: string };

export const formatCount = (value: number, { locale }: Where = {}): string =>
  new Intl.NumberFormat(locale, { maximumFractionDigits: 0 }).format(value);

/** One digit after the point where it says something: `0.4`, `12`, `1,240`. */
export const formatRate = (value: number, { locale }: Where = {}): string =>
  new Intl.NumberFormat(locale, { maximumFractionDigits: Math.abs(value) < 10 ? 1 : 0 }).format(value);

/** `99.2 %`: a share between 0 and 1. Never rounded up to all of it. */
export function formatShare(share: number, { locale }: Where = {}): string {
  const shown = share < 1 ? Math.min(share, 0.999) : share;
  return new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 }).format(shown);
}

export const formatMs = (ms: number, where: Where = {}): string => `${formatRate(ms, where)} ms`;
export const formatMib = (mib: number, where: Where = {}): string => `${formatCount(mib, where)} MiB`;

const zone = ({ timeZone }: Where): Intl.DateTimeFormatOptions => (timeZone ? { timeZone } : {});

export const formatClock = (at: number, where: Where = {}): string =>
  new Intl.DateTimeFormat(where.locale, { hour: '2-digit', minute: '2-digit', ...zone(where) }).format(at);
export const formatClockExactly = (at: number, where: Where = {}): string =>
  new Intl.DateTimeFormat(where.locale, {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    ...zone(where),
  }).format(at);

export const formatDay = (at: number, where: Where = {}): string =>
  new Intl.DateTimeFormat(where.locale, { dateStyle: 'medium', ...zone(where) }).format(at);

/** `45 s`, `3 min`, `2 h 5 min`, `4 d 1 h`: the two largest units. */
export function formatSpan(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return hours % 24 === 0 ? `${hours / 24} d` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** How long to wait, never less than it is: `42 s`, `3 min 20 s`, `1 h 2 min`. */
export function formatWait(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1_000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600)
    return seconds % 60 === 0 ? `${seconds / 60} min` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return formatSpan(Math.ceil(seconds / 60) * 60);
}

/** `just now`, `3 s ago`, `2 min ago`. */
export function formatAgo(ms: number): string {
  return ms < 1_500 ? 'just now' : `${formatSpan(Math.floor(ms / 1_000))} ago`;
}

export const countOf = (count: number, one: string, many: string, where: Where = {}): string =>
  `${formatCount(count, where)} ${count === 1 ? one : many}`;

type Check = {
  status: 'ok' | 'degraded';
  value: number | null;
  threshold: number;
  unit: string;
  reason?: string | undefined;
};
type CheckWords = { name: string; degraded: (value: string, limit: string) => string };

const CHECKS: Record<string, CheckWords> = {
  event_loop: {
    name: 'Event loop delay',
    degraded: (value, limit) =>
      `The event loop runs ${value} late (limit ${limit}); everything it does takes that much longer.`,
  },
  memory: {
    name: 'Memory',
    degraded: (value, limit) => `The process holds ${value} of the memory (limit ${limit}).`,
  },
  cpu: {
    name: 'Processor',
    degraded: (value, limit) => `The process uses ${value} of all processors (limit ${limit}).`,
  },
  disk: { name: 'Disk', degraded: (value, limit) => `The disk is ${value} full (limit ${limit}).` },
  redis: {
    name: 'Redis',
    degraded: (value, limit) => `Redis takes ${value} to answer (limit ${limit}).`,
  },
  relay: {
    name: 'Relay',
    degraded: (value, limit) => `A datagram takes ${value} through the relay (limit ${limit}).`,
  },
};

/** A check in words, also one that this page has never heard of. */
export function checkWords(
  key: string,
  check: Check,
  where: Where = {},
): { name: string; value: string; limit: string; reason: string } {
  const show = (value: number) =>
    check.unit === 'share'
      ? formatShare(value, where)
      : check.unit === 'ms'
        ? formatMs(value, where)
        : `${formatRate(value, where)} ${check.unit}`.trim();
  const value = check.value === null ? 'no answer' : show(check.value);
  const limit = show(check.threshold);
  const spelled = key.replaceAll('_', ' ');
  const words = CHECKS[key];
  const name = words?.name ?? spelled.charAt(0).toLocaleUpperCase() + spelled.slice(1);
  return {
    name,
    value,
    limit,
    reason:
      check.reason ??
      (check.value === null
        ? `${name} does not answer.`
        : (words?.degraded(value, limit) ?? `The check '${spelled}' stands at ${value} (limit ${limit}).`)),
  };
}

const LIMITS: Record<string, string> = {
  http: 'HTTP requests',
  connections: 'TCP connections at once',
  sockets: 'New connections',
  'sockets-open': 'Connections open at once',
  joins: 'Joins',
  streams: 'Starts of streams',
  signals: 'Messages to others',
  calls: 'Other calls',
  blocked: 'Attempts of blocked addresses',
};
export const limitName = (key: string): string => LIMITS[key] ?? key;
