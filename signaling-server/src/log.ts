import { join, parse } from 'node:path';
import { isatty } from 'node:tty';
import { type DestinationStream, type Logger, pino } from 'pino';
import type { Config } from './config.ts';
import { endStream, type LogSink, openLogFile } from './observe/log-file.ts';
import { SERVER_VERSION } from './version.ts';

export type Log = Logger;

/** Fields that never reach a log line, wherever in the logged object they sit within two levels, errors included. */
const SECRET_FIELDS: ReadonlySet<string> = new Set([
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
]);

const censored = (): string => '[redacted]';

type Fields = Record<string, unknown>;

const withoutSecrets = (fields: object): Fields =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, SECRET_FIELDS.has(name) ? censored() : value]),
  );

/** Whether its own fields are what is written of it: not so of lists, dates and the like. */
const hasFields = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !('toJSON' in value);

/** The second level of a line. Most lines have none, and are handed on as they are. */
function censorNested(line: Fields): Fields {
  let copy: Fields | undefined;
  for (const name in line) {
    const value = line[name];
    // `err` has a serializer.
    if (name === 'err' || !hasFields(value)) continue;
    copy ??= { ...line };
    copy[name] = withoutSecrets(value);
  }
  return copy ?? line;
}

let second = -1;
let secondText = '';

/** As pino's own, which makes a date for each line. */
function isoTime(): string {
  const now = Date.now();
  const ms = now % 1_000;
  if (now - ms !== second) {
    second = now - ms;
    secondText = new Date(second).toISOString().slice(0, -4);
  }
  return `,"time":"${secondText}${ms < 10 ? '00' : ms < 100 ? '0' : ''}${ms}Z"`;
}

export type LogOutput = { log: Log; close(): Promise<void> };

/** Turns a JSON line into one for people to read. */
type Prettify = (line: string) => string;
type LogStyle = Pick<Config, 'logLevel' | 'logPretty'>;
type LogPlaces = LogStyle & Pick<Config, 'logFile' | 'logFileMaxMb' | 'logFilesKept'>;

/**
 * Structured log: JSON lines. Addresses and room ids are only ever given as pseudonyms; the redaction is the second lock, should a
 * careless line pass one of them by its name. `worker` is the place of this process among several.
 */
export function createLog({ logLevel }: LogStyle, target: DestinationStream, worker?: string): LogOutput {
  const log = pino(
    {
      level: logLevel,
      base: worker === undefined ? { version: SERVER_VERSION } : { version: SERVER_VERSION, worker },
      timestamp: isoTime,
      formatters: { level: (label: string) => ({ level: label }), log: censorNested },
      // Not `redact`: for each field of each line it walks all its paths again, a fifth of what a join allocates.
      serializers: {
        ...Object.fromEntries([...SECRET_FIELDS].map((name) => [name, censored])),
        // Anything can be thrown.
        err: (thrown: unknown) => {
          const told: unknown = pino.stdSerializers.err(thrown as Error);
          return hasFields(told) ? withoutSecrets(told) : told;
        },
      },
    },
    target,
  );
  return { log, close: () => Promise.resolve() };
}

/**
 * The log that the settings ask for. Rejects with a LogFileError when its file cannot be written. `worker` is the place of this
 * process among several: its lines name it, and its file is its own, because each process would remove what another still writes.
 */
export async function openLog(config: LogPlaces, worker?: string): Promise<LogOutput> {
  // It is in memory only where it is needed.
  const pretty = config.logPretty ? (await import('pino-pretty')).prettyFactory({ colorize: isatty(1) }) : undefined;
  const sinks = [standardOutput(pretty)];
  if (config.logFile !== undefined)
    sinks.push(
      await openLogFile(
        { path: fileOf(config.logFile, worker), maxMb: config.logFileMaxMb, kept: config.logFilesKept },
        {
          onTrouble: (code) => log.warn({ code }, 'the log file cannot be written; its lines are here'),
          onMended: (lost) => log.warn({ lost }, 'the log file is written again'),
        },
      ),
    );
  const [first, ...others] = sinks;
  const target =
    first && others.length === 0
      ? first
      : pino.multistream(sinks.map((stream) => ({ stream, level: 'trace' as const })));
  const { log } = createLog(config, target, worker);
  return {
    log,
    async close() {
      await Promise.all(sinks.map((sink) => sink.close()));
    },
  };
}

/** `parley.log` of the second worker is `parley-2.log`. */
function fileOf(path: string, worker: string | undefined): string {
  if (worker === undefined) return path;
  const { dir, name, ext } = parse(path);
  return join(dir, `${name}-${worker}${ext}`);
}

/** The beginning of lines that can wait a moment. */
const USUAL = /^\{"level":"(?:info|debug|trace)"/;

function standardOutput(pretty: Prettify | undefined): LogSink {
  // Not synchronous: a parent that does not read our output must not be able to hold up the server. Beyond 1 MiB of
  // unread lines the newest are dropped.
  // Lines are collected for a second or 16 KiB, unless something is wrong: a write of its own for each line is a seventh of
  // what a join costs.
  const destination = pino.destination({
    fd: 1,
    sync: false,
    maxLength: 1_048_576,
    maxWrite: 65_536,
    minLength: 16_384,
    periodicFlush: 1_000,
  });
  let closed = false;
  // Into a file on a full disk, for example. Lines that wait are tried again with the next one; until then nothing may flush,
  // because sonic-boom's flushSync would never return.
  let failing = false;
  destination.on('error', () => {
    failing = true;
  });
  destination.on('write', () => {
    failing = false;
  });
  const flushSync = destination.flushSync.bind(destination);
  destination.flushSync = () => {
    if (!failing && !closed) flushSync();
  };
  return {
    write(line) {
      if (closed) return;
      destination.write(pretty ? pretty(line) : line);
      if (!failing && !USUAL.test(line)) destination.flush();
    },
    flushSync: () => destination.flushSync(),
    async close() {
      if (closed) return;
      closed = true;
      await endStream(destination);
    },
  };
}
