const KEPT_MS = 60_000;

/** To how many a signal was handed: by this node, and over all nodes once its sender was told that. */
export type HandedOn = { here: number; total?: number };

/**
 * The signals of one participant that this node handed on in the last minute, by idempotency id. Two generations that change
 * places each minute: an id is known for one to two minutes, and nothing needs a timer. The token bucket in front bounds
 * how many there can be.
 */
export class RecentIds {
  #young: Map<string, HandedOn> | undefined;
  #old: Map<string, HandedOn> | undefined;
  #turnedAt = 0;

  find(id: string, now: number): HandedOn | undefined {
    this.#turn(now);
    return this.#young?.get(id) ?? this.#old?.get(id);
  }

  add(id: string, handedOn: HandedOn, now: number): void {
    this.#turn(now);
    this.#young ??= new Map();
    this.#young.set(id, handedOn);
  }

  #turn(now: number): void {
    const sinceMs = now - this.#turnedAt;
    if (sinceMs < KEPT_MS) return;
    this.#old = sinceMs < 2 * KEPT_MS ? this.#young : undefined;
    this.#young = undefined;
    this.#turnedAt = now;
  }
}
