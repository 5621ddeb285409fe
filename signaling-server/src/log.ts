import { type Logger, pino, stdTimeFunctions } from 'pino';
import pretty from 'pino-pretty';
import type { Config } from './config.ts';
import { SERVER_VERSION } from './version.ts';

export type Log = Logger;

/** Fields that never reach a log line, wherever in the logged object they sit within two levels. */
const SECRET_FIELDS = [
  'ip',
  'remoteAddress',
  'authorization',
  'password',
  'token',
  'resumeToken',
  'adminToken',
  'turnSecret',
  'credential',
  'challenge',
  'sig',
  'box',
  'roomId',
];

/** Where log lines go; anything with `write`. */
export type LogTarget = { write(line: string): void };

export type LogOutput = { log: Log; close(): Promise<void> };

/**
 * Structured log: JSON lines, or pretty ones for eyes. Addresses and room ids are only ever given as pseudonyms; the
 * redaction below is the second lock, should a careless line pass one of them by its name.
 */
export function createLog(config: Pick<Config, 'logLevel' | 'logPretty'>, target?: LogTarget): LogOutput {
  const options = {
    level: config.logLevel,
    base: { version: SERVER_VERSION },
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`]), censor: '[redacted]' },
  };
  if (target) return { log: pino(options, target), close: () => Promise.resolve() };
  if (config.logPretty) {
    return { log: pino(options, pretty({ destination: 1, sync: true })), close: () => Promise.resolve() };
  }
  // Not synchronous: a parent that does not read our output must not be able to hold up the server. Beyond 1 MiB of
  // unread lines the newest are dropped.
  const destination = pino.destination({ fd: 1, sync: false, maxLength: 1_048_576 });
  return {
    log: pino(options, destination),
    close: () =>
      new Promise((resolve) => {
        const giveUp = setTimeout(resolve, 500);
        destination.once('close', () => {
          clearTimeout(giveUp);
          resolve();
        });
        destination.end();
      }),
  };
}
