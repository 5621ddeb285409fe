import type { Clock } from './clock.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Facts beside a message. Never names, texts of people, room ids, links or addresses. */
export type LogFields = Readonly<Record<string, string | number | boolean>>;

/** Writes about one area of the page. The message is fixed text; whatever varies goes into the fields. */
export type Log = Readonly<Record<LogLevel, (message: string, fields?: LogFields) => void>>;

export type LogEntry = { at: number; level: LogLevel; area: string; message: string; fields: LogFields };

/** For parts that run without a page. */
export const noLog: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

export type PageLogOptions = {
  clock: Clock;
  /** Hands a batch to the core. Entries of a batch that is refused are given up: the ring still has them. */
  forward: (entries: readonly LogEntry[]) => Promise<boolean>;
  /** Entries kept in memory. */
  keep?: number;
};

const KEEP = 1_000;
const BATCH_EVERY_MS = 1_000;
const BATCH_MAX = 100;
/** Entries that wait for the core; the oldest are given up first. */
const WAITING_MAX = 500;
const FORWARDED: readonly LogLevel[] = ['info', 'warn', 'error'];

/**
 * The log of the page: the newest entries of all levels in memory, and those from `info` on in batches to the core's
 * log file.
 */
export class PageLog {
  readonly #options: PageLogOptions;
  readonly #ring: LogEntry[] = [];
  #waiting: LogEntry[] = [];
  #undo: (() => void) | undefined;
  #sending = false;

  constructor(options: PageLogOptions) {
    this.#options = options;
  }

  /** The newest entries, oldest first. */
  get entries(): readonly LogEntry[] {
    return this.#ring;
  }

  /** A log for one area, such as `mesh`. */
  area(area: string): Log {
    const write =
      (level: LogLevel) =>
      (message: string, fields: LogFields = {}) =>
        this.#write({ at: this.#options.clock.now(), level, area, message, fields });
    return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
  }

  /** Sends what waits now; resolves when the core took or refused it. */
  async flush(): Promise<void> {
    this.#undo?.();
    this.#undo = undefined;
    if (this.#sending || this.#waiting.length === 0) return;
    this.#sending = true;
    const batch = this.#waiting.splice(0, BATCH_MAX);
    await this.#options.forward(batch);
    this.#sending = false;
    if (this.#waiting.length > 0) this.#flushLater();
  }

  close(): void {
    this.#undo?.();
    this.#undo = undefined;
  }

  #write(entry: LogEntry): void {
    this.#ring.push(entry);
    if (this.#ring.length > (this.#options.keep ?? KEEP)) this.#ring.shift();
    if (!FORWARDED.includes(entry.level)) return;
    this.#waiting.push(entry);
    if (this.#waiting.length > WAITING_MAX) this.#waiting.shift();
    this.#flushLater();
  }

  #flushLater(): void {
    this.#undo ??= this.#options.clock.after(BATCH_EVERY_MS, () => void this.flush());
  }
}

/** What may be said of a thrown thing: its name and code, never its message, which can hold texts and addresses. */
export function errorFields(error: unknown): LogFields {
  if (!(error instanceof Error)) return { error: typeof error };
  const code = (error as { code?: unknown }).code; // present on some errors
  return { error: error.name, ...(typeof code === 'string' ? { code } : {}) };
}
