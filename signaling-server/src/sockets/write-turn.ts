/** A connection whose writes can be held back. */
export type Held = { cork(): void; uncork(): void };

/**
 * Collects what is written to each connection in one turn of the event loop, so that it is one call to the system: calls are
 * the largest part of what a relayed message costs. Engine.IO writes the first packet at once and those after it when the
 * system has taken the first; both leave here when everything that arrived in the turn was handled.
 */
export class WriteTurn {
  readonly #held = new Set<Held>();
  #state: 'idle' | 'collecting' | 'releasing' = 'idle';

  /** Call it before Engine.IO writes to a connection. */
  hold(connection: Held): void {
    if (this.#held.has(connection)) return;
    connection.cork();
    this.#held.add(connection);
    if (this.#state !== 'idle') return;
    this.#state = 'collecting';
    setImmediate(() => this.#release());
  }

  #release(): void {
    // The packets that waited in Engine.IO follow within the ticks of this release, in one piece as well.
    this.#state = 'releasing';
    this.#uncorkAll();
    process.nextTick(() => {
      this.#uncorkAll();
      this.#state = 'idle';
    });
  }

  #uncorkAll(): void {
    const held = [...this.#held];
    this.#held.clear();
    for (const connection of held) connection.uncork();
  }
}
