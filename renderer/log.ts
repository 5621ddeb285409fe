import { type Clock, FixedRate } from '@parley/shared/timing';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Facts beside a message: states, codes and numbers. Never names, texts of people, room ids, links or addresses. */
export type LogFields = Readonly<Record<string, string | number | boolean>>;

/** Writes about one area of the page. The message is fixed text; whatever varies goes into the fields. */
export type Log = Readonly<Record<LogLevel, (message: string, fields?: LogFields) => void>>;

export type LogEntry = { at: number; level: LogLevel; area: string; message: string; fields: LogFields };

/** Gives each part of the page its log. */
export interface Logs {
  area(area: string): Log;
  /** Sends what waits now; resolves when the core took or refused it. */
  flush(): Promise<void>;
}

/** For parts that run without a page. */
export const noLog: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
export const noLogs: Logs = { area: () => noLog, flush: async () => {} };

export type PageLogOptions = {
  clock: Clock;
  /** Hands a batch to the core. Entries of a refused batch are given up: the memory still has them. */
  forward: (entries: LogEntry[]) => Promise<unknown>;
  /** Entries kept in memory. */
  keep?: number;
};

const KEEP = 1_000;
const BATCH_EVERY_MS = 1_000;
const BATCH_MAX = 100;
/** Limit of the entries that go to the core: a page in a loop of errors must not fill the disk. */
const FORWARD_LIMIT = { burst: 500, perSecond: 1 };

/**
 * The log of the page: the newest entries of all levels in memory, and those from `info` on in batches to the core's
 * log file.
 */
export class PageLog implements Logs {
  readonly #options: PageLogOptions;
  readonly #newest: LogEntry[] = [];
  readonly #limit = new FixedRate(FORWARD_LIMIT.burst, FORWARD_LIMIT.perSecond);
  readonly #waiting: LogEntry[] = [];
  #left = 0;
  #undo: (() => void) | undefined;
  #sending: Promise<unknown> | undefined;

  constructor(options: PageLogOptions) {
    this.#options = options;
  }

  /** The newest entries, oldest first. */
  get entries(): readonly LogEntry[] {
    return this.#newest;
  }

  /** A log for one area, such as `mesh`. */
  area(area: string): Log {
    const at =
      (level: LogLevel) =>
      (message: string, fields: LogFields = {}) =>
        this.#write({ at: this.#options.clock.now(), level, area, message, fields });
    return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  }

  async flush(): Promise<void> {
    this.#undo?.();
    this.#undo = undefined;
    if (this.#sending) await this.#sending;
    const batch = this.#waiting.splice(0, BATCH_MAX);
    if (batch.length === 0) return;
    this.#sending = this.#options.forward(batch);
    await this.#sending;
    this.#sending = undefined;
    if (this.#waiting.length > 0) this.#flushLater();
  }

  #write(entry: LogEntry): void {
    this.#newest.push(entry);
    if (this.#newest.length > (this.#options.keep ?? KEEP)) this.#newest.shift();
    if (entry.level === 'debug') return;
    if (!this.#limit.take(entry.at)) {
      this.#left += 1;
      return;
    }
    if (this.#left > 0) {
      const fields = { count: this.#left };
      this.#waiting.push({ at: entry.at, level: 'warn', area: 'log', message: 'entries were left out', fields });
      this.#left = 0;
    }
    this.#waiting.push(entry);
    this.#flushLater();
  }

  #flushLater(): void {
    this.#undo ??= this.#options.clock.after(BATCH_EVERY_MS, () => void this.flush());
  }
}

const WORD = /^[A-Za-z][A-Za-z-]{0,47}$/;
const wordOf = (text: unknown): string => (typeof text === 'string' && WORD.test(text) ? text : 'other');

/**
 * The loggable facts of a thrown thing: its name, its code and the place in the program. Never its message, which can
 * hold texts and addresses.
 */
export function errorFields(error: unknown): LogFields {
  if (!(error instanceof Error)) return { error: typeof error };
  const code = (error as { code?: unknown }).code; // present on some errors
  const place = /:(\d+):(\d+)\)?\s*$/m.exec(error.stack ?? '');
  return {
    error: wordOf(error.name),
    ...(typeof code === 'string' ? { code: wordOf(code) } : {}),
    ...(place ? { line: Number(place[1]), column: Number(place[2]) } : {}),
  };
}

/** Logs what nothing in the page caught. Returns the undo. */
export function logUncaught(page: Pick<EventTarget, 'addEventListener' | 'removeEventListener'>, log: Log): () => void {
  const onError = (event: Event) => {
    const { error } = event as Event & { error?: unknown }; // an ErrorEvent, of which tests have no constructor
    log.error('an error was not caught', errorFields(error));
  };
  const onRejection = (event: Event) => {
    const { reason } = event as Event & { reason?: unknown }; // a PromiseRejectionEvent
    log.error('a rejection was not caught', errorFields(reason));
  };
  page.addEventListener('error', onError);
  page.addEventListener('unhandledrejection', onRejection);
  return () => {
    page.removeEventListener('error', onError);
    page.removeEventListener('unhandledrejection', onRejection);
  };
}
