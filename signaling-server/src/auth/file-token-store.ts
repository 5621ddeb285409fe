import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { TokenRecord, type TokenStore } from './token-record.ts';

const TokenFile = z.object({ version: z.literal(1), tokens: z.array(TokenRecord) });

/** A process that died while it held the lock does not hold it for ever. */
const STALE_MS = 10_000;
const TRY_EVERY_MS = 20;
const GIVE_UP_MS = 15_000;

/** Thrown for a file that is not what it should be; the sentence is for the admin. */
export class TokenFileError extends Error {}

const codeOf = (failure: unknown): unknown =>
  failure instanceof Error && 'code' in failure ? failure.code : undefined;
const isMissing = (failure: unknown): boolean => codeOf(failure) === 'ENOENT';

/** Tokens in one JSON file, which the server and the command line change under a lock, whole or not at all. */
export class FileTokenStore implements TokenStore {
  readonly #path: string;
  #cached: { stamp: string; records: Map<string, TokenRecord> } | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(path: string) {
    this.#path = path;
  }

  async read(id: string): Promise<TokenRecord | undefined> {
    return (await this.#load()).get(id);
  }

  async list(): Promise<TokenRecord[]> {
    return [...(await this.#load()).values()];
  }

  add(record: TokenRecord): Promise<void> {
    return this.#locked(async (records) => {
      records.set(record.id, record);
      await this.#save(records);
    });
  }

  update(id: string, change: (record: TokenRecord) => TokenRecord | undefined): Promise<TokenRecord | undefined> {
    return this.#locked(async (records) => {
      const before = records.get(id);
      const after = before && change(before);
      if (!after) return before;
      records.set(id, after);
      await this.#save(records);
      return after;
    });
  }

  /** The file as it is now; read again only after it changed. */
  async #load(): Promise<ReadonlyMap<string, TokenRecord>> {
    let stamp: string;
    try {
      const { mtimeNs, size, ino } = await stat(this.#path, { bigint: true });
      stamp = `${mtimeNs}:${size}:${ino}`;
    } catch (failure) {
      if (isMissing(failure)) return new Map();
      throw failure;
    }
    if (this.#cached?.stamp !== stamp) this.#cached = { stamp, records: await this.#parse() };
    return this.#cached.records;
  }

  async #parse(): Promise<Map<string, TokenRecord>> {
    let found: unknown;
    try {
      found = JSON.parse(await readFile(this.#path, 'utf8'));
    } catch (failure) {
      if (failure instanceof SyntaxError) throw new TokenFileError(`${this.#path} is damaged; nothing was changed.`);
      throw failure;
    }
    const parsed = TokenFile.safeParse(found);
    if (!parsed.success)
      throw new TokenFileError(`${this.#path} is not a file of Parley’s tokens; nothing was changed.`);
    return new Map(parsed.data.tokens.map((record) => [record.id, record]));
  }

  async #save(records: ReadonlyMap<string, TokenRecord>): Promise<void> {
    const draft = `${this.#path}.${randomUUID()}.new`;
    const file = await open(draft, 'wx', 0o600);
    try {
      await file.writeFile(`${JSON.stringify({ version: 1, tokens: [...records.values()] }, null, 2)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, this.#path);
  }

  #locked<T>(task: (records: Map<string, TokenRecord>) => Promise<T>): Promise<T> {
    const turn = this.#turn.then(
      () => this.#withLock(task),
      () => this.#withLock(task),
    );
    this.#turn = turn.catch(() => {});
    return turn;
  }

  async #withLock<T>(task: (records: Map<string, TokenRecord>) => Promise<T>): Promise<T> {
    const lock = `${this.#path}.lock`;
    await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 });
    const endsAt = Date.now() + GIVE_UP_MS;
    for (;;) {
      try {
        await (await open(lock, 'wx', 0o600)).close();
        break;
      } catch (failure) {
        if (codeOf(failure) !== 'EEXIST') throw failure;
        if (Date.now() > endsAt) throw new TokenFileError(`${lock} is held by another program.`);
        const age = await stat(lock).then(
          ({ mtimeMs }) => Date.now() - mtimeMs,
          () => 0,
        );
        if (age > STALE_MS) await rm(lock, { force: true });
        else await new Promise((resolve) => setTimeout(resolve, TRY_EVERY_MS));
      }
    }
    try {
      return await task(new Map(await this.#load()));
    } finally {
      await rm(lock, { force: true });
    }
  }
}
