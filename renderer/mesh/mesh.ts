import { type CloseReason, type LinkOptions, PeerLink } from './peer-link.ts';

/** The links of one room, by the stay (`sess`) of whoever is at the far end. */
export class Mesh {
  readonly #links = new Map<string, PeerLink>();

  /** Makes the link of a stay; the caller listens and starts it. One per stay. */
  open(sess: string, options: LinkOptions): PeerLink {
    if (this.#links.has(sess)) throw new Error('this stay has a link already');
    const link = new PeerLink(options);
    this.#links.set(sess, link);
    return link;
  }

  get(sess: string): PeerLink | undefined {
    return this.#links.get(sess);
  }

  close(sess: string, why: CloseReason): void {
    this.#links.get(sess)?.close(why);
    this.#links.delete(sess);
  }

  closeAll(why: CloseReason): void {
    for (const sess of this.#links.keys()) this.close(sess, why);
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
