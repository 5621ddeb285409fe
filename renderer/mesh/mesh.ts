import { type CloseReason, type LinkOptions, PeerLink } from './peer-link.ts';

/** The links of one room, by the stay of whoever is at the far end. */
export class Mesh {
  readonly #links = new Map<string, PeerLink>();

  /** Makes the link of a stay; the caller listens and starts it. One per stay. */
  open(stay: string, options: LinkOptions): PeerLink {
    if (this.#links.has(stay)) throw new Error('this stay has a link already');
    const link = new PeerLink(options);
    this.#links.set(stay, link);
    return link;
  }

  get(stay: string): PeerLink | undefined {
    return this.#links.get(stay);
  }

  close(stay: string, why: CloseReason): void {
    this.#links.get(stay)?.close(why);
    this.#links.delete(stay);
  }

  closeAll(why: CloseReason): void {
    for (const stay of this.#links.keys()) this.close(stay, why);
  }

  get census(): { links: number; timers: number; listeners: number } {
    const all = [...this.#links.values()].map((link) => link.census);
    return {
      links: all.length,
      timers: all.reduce((sum, { timers }) => sum + timers, 0),
      listeners: all.reduce((sum, { listeners }) => sum + listeners, 0),
    };
  }
}
