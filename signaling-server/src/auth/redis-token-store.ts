import type { RedisClient } from '../cluster/redis-client.ts';
import { TokenRecord, type TokenStore } from './token-record.ts';

const ATTEMPTS = 10;
/** Records of tokens that have ended stay visible to the admin for a while. */
const SHOWN_AFTER_END_MS = 30 * 86_400_000;
const FOR_EVER_MS = 100 * 365 * 86_400_000;

/** Tokens in Redis, for servers of several nodes. A token that Redis forgets is lost: it has to write to disk (build/deploy/redis). */
export class RedisTokenStore implements TokenStore {
  readonly #client: RedisClient;
  readonly #prefix: string;
  readonly #now: () => number;

  constructor(client: RedisClient, prefix: string, now: () => number) {
    this.#client = client;
    this.#prefix = prefix;
    this.#now = now;
  }

  async read(id: string): Promise<TokenRecord | undefined> {
    return (await this.#find(id)).record;
  }

  async list(): Promise<TokenRecord[]> {
    const ids = await this.#client.sMembers(`${this.#prefix}:tokens`);
    const found = await Promise.all(ids.map((id) => this.read(id)));
    const gone = ids.filter((_, at) => found[at] === undefined);
    if (gone.length > 0) await this.#client.sRem(`${this.#prefix}:tokens`, gone);
    return found.filter((record) => record !== undefined);
  }

  async add(record: TokenRecord): Promise<void> {
    await this.#write(record, 0);
    await this.#client.sAdd(`${this.#prefix}:tokens`, record.id);
  }

  async update(id: string, change: (record: TokenRecord) => TokenRecord | undefined): Promise<TokenRecord | undefined> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const { record, version } = await this.#find(id);
      const after = record && change(record);
      if (!after) return record;
      if (await this.#write(after, version)) return after;
    }
    throw new Error('others were always first');
  }

  /** The client belongs to who opened it. */
  close(): void {}

  async #find(id: string): Promise<{ record: TokenRecord | undefined; version: number }> {
    const [version, text] = await this.#client.hmGet(this.#key(id), ['v', 'd']);
    if (typeof text !== 'string') return { record: undefined, version: 0 };
    const parsed = TokenRecord.safeParse(JSON.parse(text));
    return { record: parsed.success ? parsed.data : undefined, version: Number(version) };
  }

  async #write(record: TokenRecord, expected: number): Promise<boolean> {
    const ttlMs = record.endsAt === null ? FOR_EVER_MS : record.endsAt - this.#now() + SHOWN_AFTER_END_MS;
    const version = await this.#client.putVersion(
      this.#key(record.id),
      String(expected),
      JSON.stringify(record),
      String(this.#now()),
      String(Math.max(1_000, Math.round(ttlMs))),
    );
    return version !== undefined;
  }

  #key(id: string): string {
    return `${this.#prefix}:token:${id}`;
  }
}
