import type { ParticipantId } from '@parley/shared/protocol';

const SEATS_COUNTED = 1_024;

/** How many stays each of the latest seats brought. */
export class SeatCounts {
  readonly #counts = new Map<ParticipantId, number>();

  of(seat: ParticipantId): number {
    return this.#counts.get(seat) ?? 0;
  }

  add(seat: ParticipantId): void {
    const brought = this.of(seat);
    this.#counts.delete(seat);
    this.#counts.set(seat, brought + 1);
    const [oldest] = this.#counts.keys();
    if (this.#counts.size > SEATS_COUNTED && oldest !== undefined) this.#counts.delete(oldest);
  }
}
