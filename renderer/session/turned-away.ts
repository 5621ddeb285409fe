import type { ParticipantId } from '@parley/shared/protocol';

/** Seats whose hello is remembered; a server may name any number. */
const SEATS_MAX = 64;

/** The hellos of devices that the room's rules keep out, one of each seat: nothing was derived from them, so they may be used once the rules change. */
export class TurnedAway {
  readonly #boxes = new Map<ParticipantId, { dev: string; box: string }>();

  note(from: ParticipantId, dev: string, box: string): void {
    this.#boxes.delete(from);
    this.#boxes.set(from, { dev, box });
    const [oldest] = this.#boxes.keys();
    if (this.#boxes.size > SEATS_MAX && oldest !== undefined) this.#boxes.delete(oldest);
  }

  forget(from: ParticipantId): void {
    this.#boxes.delete(from);
  }

  /** Takes out the hellos of devices that are answered by now. */
  take(isAnswered: (dev: string) => boolean): { from: ParticipantId; box: string }[] {
    return [...this.#boxes].flatMap(([from, { dev, box }]) => {
      if (!isAnswered(dev)) return [];
      this.#boxes.delete(from);
      return [{ from, box }];
    });
  }
}
