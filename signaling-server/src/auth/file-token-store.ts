import { randomUUID } from 'node:crypto';
import { chmod, chown, mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { TokenRecord, type TokenStore } from './token-record.ts';

const TokenFile = z.object({ version: z.literal(1), tokens: z.array(TokenRecord) });

/** A process that died while it held the lock does not hold it for ever. */
const STALE_MS = 10_000;
const TRY_EVERY_MS = 20;
const GIVE_UP_MS = 15_000;

const Holder = z.uuid();
const NOBODY = '00000000-0000-0000-0000-000000000000';

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
    return this.#locked(async (records, lock) => {
      records.set(record.id, record);
      await this.#save(records, lock);
    });
  }

  update(id: string, change: (record: TokenRecord) => TokenRecord | undefined): Promise<TokenRecord | undefined> {
    return this.#locked(async (records, lock) => {
      const before = records.get(id);
      const after = before && change(before);
      if (!after) return before;
      records.set(id, after);
      await this.#save(records, lock);
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

  async #save(records: ReadonlyMap<string, TokenRecord>, lock: Lock): Promise<void> {
    const draft = `${this.#path}.${randomUUID()}.new`;
    try {
      const file = await open(draft, 'wx', 0o600);
      try {
        await file.writeFile(`${JSON.stringify({ version: 1, tokens: [...records.values()] }, null, 2)}\n`);
        await file.sync();
      } finally {
        await file.close();
      }
      await this.#dressAsBefore(draft);
      if (!(await lock.isHeld()))
        throw new TokenFileError(`${this.#path} took too long to change; nothing was changed.`);
      await rename(draft, this.#path);
    } catch (failure) {
      await rm(draft, { force: true });
      throw failure;
    }
  }

  /** Owner and mode of the file that is replaced: root's command line must not lock the server out of its own file. */
  async #dressAsBefore(draft: string): Promise<void> {
    const [before, now] = await Promise.all([
      stat(this.#path).catch((failure: unknown) => {
        if (isMissing(failure)) return undefined;
        throw failure;
      }),
      stat(draft),
    ]);
    if (!before) return;
    let mode = before.mode & 0o777;
    if (before.uid !== now.uid || before.gid !== now.gid) {
      await chown(draft, before.uid, before.gid).catch(() => {
        if (before.uid !== now.uid)
          throw new TokenFileError(`${this.#path} belongs to somebody else; change it as its owner or as root.`);
        // A group that we are not in: what was for it is for no other group.
        mode &= 0o700;
      });
    }
    await chmod(draft, mode);
  }

  #locked<T>(task: (records: Map<string, TokenRecord>, lock: Lock) => Promise<T>): Promise<T> {
    const turn = this.#turn.then(
      () => this.#withLock(task),
      () => this.#withLock(task),
    );
    this.#turn = turn.catch(() => {});
    return turn;
  }

  async #withLock<T>(task: (records: Map<string, TokenRecord>, lock: Lock) => Promise<T>): Promise<T> {
    const path = `${this.#path}.lock`;
    await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 });
    const endsAt = Date.now() + GIVE_UP_MS;
    for (;;) {
      const lock = await takeLock(path);
      if (lock) {
        try {
          return await task(new Map(await this.#load()), lock);
        } finally {
          await lock.letGo();
        }
      }
      if (Date.now() > endsAt) throw new TokenFileError(`${path} is held by another program.`);
      await new Promise((resolve) => setTimeout(resolve, TRY_EVERY_MS));
    }
  }
}

type Lock = {
  /** False when it took so long that another program took the lock over. */
  isHeld: () => Promise<boolean>;
  letGo: () => Promise<void>;
};

/**
 * Makes a lock file with an id of its own in it; undefined while another program holds it. A stale one is taken over.
 * Whoever changes a lock that is there first takes a second lock, named after the id in it: so of all who see the same
 * stale lock one replaces it, and nobody removes the fresh one that came after.
 */
async function takeLock(path: string): Promise<Lock | undefined> {
  const id = randomUUID();
  if (await makeLock(path, id)) return lockOf(path, id);
  const stale = await staleHolder(path);
  if (stale === undefined) return undefined;
  const claim = await takeLock(claimOf(path, stale));
  if (!claim) return undefined;
  try {
    // Taken over or let go while we asked.
    if ((await staleHolder(path)) !== stale) return undefined;
    const draft = `${path}.${id}.new`;
    await writeFile(draft, id, { flag: 'wx', mode: 0o600 });
    await rename(draft, path);
    return lockOf(path, id);
  } finally {
    await claim.letGo();
  }
}

function lockOf(path: string, id: string): Lock {
  const isHeld = async (): Promise<boolean> => (await holderOf(path)) === id;
  return {
    isHeld,
    async letGo() {
      const claim = claimOf(path, id);
      // Somebody is taking it over.
      if (!(await makeLock(claim, randomUUID()))) return;
      if (await isHeld()) await rm(path, { force: true });
      await rm(claim, { force: true });
    },
  };
}

/** The lock on whoever's lock it is: short, however many stand upon another. */
const claimOf = (path: string, holder: string): string => `${path.replace(/\.[0-9a-f-]{36}$/, '')}.${holder}`;

async function makeLock(path: string, id: string): Promise<boolean> {
  try {
    await writeFile(path, id, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (failure) {
    if (codeOf(failure) === 'EEXIST') return false;
    throw failure;
  }
}

/** The id in a lock file; undefined when there is no lock. Older versions wrote none. */
async function holderOf(path: string): Promise<string | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  return Holder.safeParse(text).data ?? NOBODY;
}

/** Whose lock it is when it is stale. */
async function staleHolder(path: string): Promise<string | undefined> {
  const found = await stat(path).catch(() => undefined);
  return found && Date.now() - found.mtimeMs > STALE_MS ? holderOf(path) : undefined;
}
