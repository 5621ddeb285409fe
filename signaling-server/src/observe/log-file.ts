import { once } from 'node:events';
import type { RollingFile } from 'pino-roll';

/** One place that log lines go to. */
export type LogSink = {
  write(line: string): void;
  /** Writes at once what waits. */
  flushSync?(): void;
  /** Writes what waits, if that can be done soon, and lets go of it. */
  close(): Promise<void>;
};

export type LogFileSettings = {
  path: string;
  maxMb: number;
  /** Full files that stay beside the one that is written. */
  kept: number;
};

export type LogFilePorts = {
  /** Told once when a line could not be written, with the system's code. */
  onTrouble: (code: string) => void;
  /** Told when lines are written again, with how many were lost. */
  onMended: (lost: number) => void;
};

/** Thrown when the file cannot be written at the start; the sentence is for the admin. */
export class LogFileError extends Error {}

/** Beyond this the newest lines are lost: a full disk must not fill the memory. */
const WAITING_MAX_BYTES = 1_048_576;
const LAST_WORD_MS = 500;

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'its folder does not exist',
  EACCES: 'permission is denied',
  EROFS: 'the disk is read-only',
  EISDIR: 'it is a folder',
  ENOSPC: 'the disk is full',
};

const codeOf = (failure: unknown): string =>
  failure instanceof Error && 'code' in failure ? String(failure.code) : 'unknown';

/**
 * Log lines in numbered files that only this user may read: `parley.log` is written as `parley.1.log`, `parley.2.log`, … and the
 * oldest are removed. pino-roll runs in this process, not as a transport: a transport is a worker's file named by its path, and a
 * bundle has no such file.
 */
export async function openLogFile({ path, maxMb, kept }: LogFileSettings, ports: LogFilePorts): Promise<LogSink> {
  // It brings a library of dates along, which a server without a log file need not hold.
  const { default: roll } = await import('pino-roll');
  const file = await roll({
    file: path,
    size: `${maxMb}m`,
    // Counts files of earlier runs too, and the one that is written.
    limit: { count: kept + 1, removeOtherLogFiles: true },
    mode: 0o600,
    maxLength: WAITING_MAX_BYTES,
  }).catch((failure: unknown) => {
    throw new LogFileError(`LOG_FILE: ${failure instanceof Error ? failure.message : String(failure)}`);
  });
  try {
    await once(file, 'ready');
  } catch (failure) {
    const code = codeOf(failure);
    const where = failure instanceof Error && 'path' in failure ? String(failure.path) : path;
    throw new LogFileError(`LOG_FILE: ${where} cannot be written: ${REASONS[code] ?? code}`);
  }

  let inTrouble = false;
  let lost = 0;
  let closed = false;
  file.on('error', (failure: unknown) => {
    // HACK: each failed attempt to open the next file leaves a listener that closes the last one once another is open
    // (sonic-boom's reopen). Two of them would close the same number twice, and it may be somebody's socket by then.
    if (failure instanceof Error && 'syscall' in failure && failure.syscall === 'open')
      file.removeAllListeners('ready');
    if (inTrouble || closed) return;
    inTrouble = true;
    ports.onTrouble(codeOf(failure));
  });
  file.on('drop', () => {
    lost += 1;
  });
  file.on('write', () => {
    if (!inTrouble || closed) return;
    inTrouble = false;
    const before = lost;
    lost = 0;
    ports.onMended(before);
  });

  return {
    // Nothing here flushes at once: sonic-boom's flushSync tries for ever while a disk is full.
    write(line) {
      if (!closed) file.write(line);
    },
    async close() {
      if (closed) return;
      closed = true;
      await endStream(file);
    },
  };
}

/** Writes what waits in a stream and closes it; after half a second without success it is closed all the same. */
export function endStream(stream: Pick<RollingFile, 'destroy' | 'end' | 'once'>): Promise<void> {
  return new Promise((resolve) => {
    const giveUp = setTimeout(() => {
      stream.destroy();
      resolve();
    }, LAST_WORD_MS);
    stream.once('close', () => {
      clearTimeout(giveUp);
      resolve();
    });
    stream.end();
  });
}
