import { type Clock, repeat } from '../clock.ts';
import type { Backplane, BackplaneListener, Stored } from './backplane.ts';

const SWEEP_EVERY_MS = 60_000;

/** The backplane of nodes that share one process: tests, and the parent of workers on behalf of each of them. */
export class MemoryHub {
  readonly #clock: Clock;
  readonly #records = new Map<string, Stored & { endsAt: number }>();
  readonly #inboxes = new Map<string, BackplaneListener>();
  #lastVersion = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Opens the inbox of a node. Closing it takes the node away. */
  attach(node: string, listener: BackplaneListener): Backplane {
    this.#inboxes.set(node, listener);
    return {
      node,
      isUp: () => true,
      read: async (keys) => keys.map((key) => this.#find(key)),
      write: async (key, expected, value, ttlMs) => this.#write(key, expected, value, ttlMs),
      touch: async (keys, ttlMs) =>
        keys.map((key) => {
          const found = this.#find(key);
          if (found) this.#records.set(key, { ...found, endsAt: this.#clock.now() + ttlMs });
          return found?.version;
        }),
      send: async (to, message) => {
        const inbox = this.#inboxes.get(to);
        if (!inbox) return false;
        await inbox.onMessage(message);
        return true;
      },
      nodes: async () => [...this.#inboxes.keys()],
      close: async () => this.drop(node),
    };
  }

  /** What is left of a node that ended without closing: nothing. */
  drop(node: string): void {
    this.#inboxes.delete(node);
  }

  /** As a store that was restarted and kept nothing. */
  forgetRecords(): void {
    this.#records.clear();
  }

  /** How many records it holds, also those that have outlived their time. */
  get size(): number {
    return this.#records.size;
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

  #write(key: string, expected: number, value: string | undefined, ttlMs: number): number | undefined {
    if ((this.#find(key)?.version ?? 0) !== expected) return undefined;
    this.#lastVersion = Math.max(this.#lastVersion + 1, this.#clock.now());
    if (value === undefined) this.#records.delete(key);
    else this.#records.set(key, { version: this.#lastVersion, value, endsAt: this.#clock.now() + ttlMs });
    return this.#lastVersion;
  }
}
