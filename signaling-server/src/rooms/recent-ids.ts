const KEPT_MS = 60_000;

/**
 * What was handed on in the last minute, by idempotency id. Two generations that change places each minute: an id is
 * known for one to two minutes, and nothing needs a timer. The token bucket in front bounds how many there can be.
 */
export class RecentIds {
  #young: Map<string, number> | undefined;
  #old: Map<string, number> | undefined;
  #turnedAt = 0;

  /** To how many the signal of that id was handed, if it was. */
  find(id: string, now: number): number | undefined {
    this.#turn(now);
    return this.#young?.get(id) ?? this.#old?.get(id);
  }

  add(id: string, handedTo: number, now: number): void {
    this.#turn(now);
    this.#young ??= new Map();
    this.#young.set(id, handedTo);
  }

  #turn(now: number): void {
    const sinceMs = now - this.#turnedAt;
    if (sinceMs < KEPT_MS) return;
    this.#old = sinceMs < 2 * KEPT_MS ? this.#young : undefined;
    this.#young = undefined;
    this.#turnedAt = now;
  }
}
