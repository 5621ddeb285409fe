import { limitKeyOf } from '../client-address.ts';

/** The connections of one address; each holds it until it is closed. */
export type ConnectionShare = { readonly key: string; count: number };

const UNCOUNTED: ConnectionShare = { key: '', count: 0 };

/**
 * How many TCP connections one address may hold, whatever it says on them or not: before a request is read no other limit counts.
 * Proxies that are trusted speak for many and are not counted. Remembers only addresses that are connected.
 */
export class ConnectionCap {
  readonly #max: number;
  readonly #isTrusted: (ip: string) => boolean;
  readonly #shares = new Map<string, ConnectionShare>();

  constructor(max: number, isTrusted: (ip: string) => boolean) {
    this.#max = max;
    this.#isTrusted = isTrusted;
  }

  /** What the connection holds; undefined when its address has as many as it may. */
  take(ip: string): ConnectionShare | undefined {
    if (this.#max === 0 || ip === '' || this.#isTrusted(ip)) return UNCOUNTED;
    const key = limitKeyOf(ip);
    const share = this.#shares.get(key) ?? { key, count: 0 };
    if (share.count >= this.#max) return undefined;
    share.count += 1;
    this.#shares.set(key, share);
    return share;
  }

  giveBack(share: ConnectionShare): void {
    if (share === UNCOUNTED) return;
    share.count -= 1;
    if (share.count === 0) this.#shares.delete(share.key);
  }

  /** How many addresses it has in mind. */
  get size(): number {
    return this.#shares.size;
  }
}
