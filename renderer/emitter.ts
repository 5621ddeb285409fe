type Listener<T> = (payload: T) => void;

/** Typed events. Subscribing returns its own undo; a listener that throws does not keep others from hearing. */
export class Emitter<Events extends Record<string, unknown>> {
  readonly #listeners = new Map<keyof Events, Set<Listener<never>>>();

  on<E extends keyof Events>(event: E, listener: Listener<Events[E]>): () => void {
    const own: Listener<Events[E]> = (payload) => listener(payload);
    const all = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, all);
    all.add(own);
    return () => {
      all.delete(own);
    };
  }

  emit<E extends keyof Events>(event: E, payload: Events[E]): void {
    for (const listener of this.#listeners.get(event) ?? []) {
      try {
        (listener as Listener<Events[E]>)(payload); // stored under the same key by `on`
      } catch (error) {
        reportError(error);
      }
    }
  }

  /** How many listeners there are. */
  get size(): number {
    let size = 0;
    for (const all of this.#listeners.values()) size += all.size;
    return size;
  }

  clear(): void {
    this.#listeners.clear();
  }
}

/** Lets an error of a listener be seen without stopping the one who emitted. */
function reportError(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
