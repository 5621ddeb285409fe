import type { Clock } from '../../clock.ts';
import type { Backplane, BackplaneListener } from '../backplane.ts';
import { MemoryStore } from '../memory-store.ts';

/** The backplane of nodes that share one process, for tests. */
export class MemoryHub {
  readonly #store: MemoryStore;
  readonly #inboxes = new Map<string, BackplaneListener>();

  constructor(clock: Clock) {
    this.#store = new MemoryStore(clock);
  }

  /** Opens the inbox of a node. Closing it takes the node away. */
  attach(node: string, listener: BackplaneListener): Backplane {
    this.#inboxes.set(node, listener);
    return {
      node,
      answeredInMs: () => 0,
      read: (keys) => this.#store.read(keys),
      write: (key, expected, value, ttlMs) => this.#store.write(key, expected, value, ttlMs),
      list: (prefix) => this.#store.list(prefix),
      touch: (keys, ttlMs) => this.#store.touch(keys, ttlMs),
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

  /** Leaves nothing of a node that ended without closing. */
  drop(node: string): void {
    this.#inboxes.delete(node);
  }

  /** As a store that was restarted and kept nothing. */
  forgetRecords(): void {
    this.#store.clear();
  }

  keepSwept(): () => void {
    return this.#store.keepSwept();
  }

  /** How many records it holds, also those that have outlived their time. */
  get size(): number {
    return this.#store.size;
  }
}
