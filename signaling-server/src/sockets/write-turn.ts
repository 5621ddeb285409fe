/** A connection whose writes can be held back. */
export type Held = { hold(): void; release(): void };

/** From so many writes in a turn of the event loop on, those of the next turn are collected: a relayed message makes two. */
export const BUSY_FLUSHES = 4;
/** The writes of so many connections are held back at most: those of a whole turn do not fit into the processor's cache. */
export const HELD_MAX = 8;

/**
 * Collects what is written to each connection in one turn of a busy event loop, so that it is one call to the system: calls are
 * the largest part of what a relayed message costs. Engine.IO writes the first packet at once and those after it when the
 * system has taken the first; both leave here when everything that arrived in the turn was handled. A server with little to do
 * writes at once.
 */
export class WriteTurn {
  readonly #held = new Set<Held>();
  #state: 'idle' | 'counting' | 'releasing' = 'idle';
  #isBusy = false;
  #count = 0;

  /** Call it before each write of Engine.IO to a connection. Several packets leave in one piece in any case. */
  flushes(connection: Held, packets = 1): void {
    this.#count += 1;
    if ((this.#isBusy || packets > 1) && !this.#held.has(connection)) {
      if (this.#held.size >= HELD_MAX) this.#releaseAll();
      connection.hold();
      this.#held.add(connection);
    }
    if (this.#state !== 'idle') return;
    this.#state = 'counting';
    setImmediate(() => this.#release());
  }

  #release(): void {
    this.#isBusy = this.#count >= BUSY_FLUSHES;
    this.#count = 0;
    // Packets that waited in Engine.IO follow within the ticks of this release, in one piece as well.
    this.#state = 'releasing';
    this.#releaseAll();
    process.nextTick(() => {
      this.#releaseAll();
      this.#state = 'idle';
    });
  }

  #releaseAll(): void {
    const held = [...this.#held];
    this.#held.clear();
    for (const connection of held) connection.release();
  }
}
