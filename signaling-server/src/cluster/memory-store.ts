import { type Clock, repeat } from '../clock.ts';
import type { Store, Stored } from './backplane.ts';

const SWEEP_EVERY_MS = 60_000;

/** The store of a server that is alone: records in memory, with versions and times to live as Redis keeps them. */
export class MemoryStore implements Store {
  readonly #clock: Clock;
  readonly #records = new Map<string, Stored & { endsAt: number }>();
  #lastVersion = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How many records it holds, also those that have outlived their time. */
  get size(): number {
    return this.#records.size;
  }

  read(keys: readonly string[]): Promise<(Stored | undefined)[]> {
    return Promise.resolve(keys.map((key) => this.#find(key)));
  }

  write(key: string, expected: number, value: string | undefined, ttlMs: number): Promise<number | undefined> {
    if ((this.#find(key)?.version ?? 0) !== expected) return Promise.resolve(undefined);
    this.#lastVersion = Math.max(this.#lastVersion + 1, this.#clock.now());
    if (value === undefined) this.#records.delete(key);
    else this.#records.set(key, { version: this.#lastVersion, value, endsAt: this.#clock.now() + ttlMs });
    return Promise.resolve(this.#lastVersion);
  }

  touch(keys: readonly string[], ttlMs: number): Promise<(number | undefined)[]> {
    return Promise.resolve(
      keys.map((key) => {
        const found = this.#find(key);
        if (found) this.#records.set(key, { ...found, endsAt: this.#clock.now() + ttlMs });
        return found?.version;
      }),
    );
  }

  list(prefix: string): Promise<string[]> {
    return Promise.resolve([...this.#records.keys()].filter((key) => key.startsWith(prefix) && this.#find(key)));
  }

  /** Forgets everything, as a store that was restarted. */
  clear(): void {
    this.#records.clear();
  }

  /** Drops what has outlived its time every minute, until the returned undo is called. */
  keepSwept(): () => void {
    return repeat(this.#clock, SWEEP_EVERY_MS, () => {
      for (const key of this.#records.keys()) this.#find(key);
    });
  }

  #find(key: string): Stored | undefined {
    const found = this.#records.get(key);
    if (found && found.endsAt > this.#clock.now()) return { version: found.version, value: found.value };
    this.#records.delete(key);
    return undefined;
  }
}
