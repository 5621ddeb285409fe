import type { Log } from '../ports.ts';

const levels = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof levels)[number];

/** One JSON object a line, from `lowest` on. */
export function streamLog(write: (line: string) => void, lowest: LogLevel, now: () => number): Log {
  const at = (level: LogLevel) => (message: string, fields?: Readonly<Record<string, string | number | boolean>>) => {
    if (levels.indexOf(level) < levels.indexOf(lowest)) return;
    write(`${JSON.stringify({ ...fields, time: now(), level, message })}\n`);
  };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

/** Writes everything to both. */
export function bothLogs(one: Log, other: Log): Log {
  const at = (level: LogLevel) => (message: string, fields?: Readonly<Record<string, string | number | boolean>>) => {
    one[level](message, fields);
    other[level](message, fields);
  };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

/** Says nothing; for tests. */
export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };
