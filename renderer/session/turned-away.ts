import type { ParticipantId } from '@parley/shared/protocol';

/** Seats whose hello is remembered; a server may name any number. */
const SEATS_MAX = 64;

/** A hello that is not answered: of which stay of which device, from where. */
export type TurnedAwayHello = { from: ParticipantId; peerId: string; dev: string; box: string };

/** The hellos of devices that the room's rules keep out or that are blocked, one of each seat: they may be used once that changes. */
export class TurnedAway {
  readonly #hellos = new Map<ParticipantId, TurnedAwayHello>();

  note(hello: TurnedAwayHello): void {
    this.#hellos.delete(hello.from);
    this.#hellos.set(hello.from, hello);
    const [oldest] = this.#hellos.keys();
    if (this.#hellos.size > SEATS_MAX && oldest !== undefined) this.#hellos.delete(oldest);
  }

  forget(from: ParticipantId): void {
    this.#hellos.delete(from);
  }

  /** Takes out the hellos of devices that are answered by now. */
  take(isAnswered: (dev: string) => boolean): TurnedAwayHello[] {
    const answered = [...this.#hellos.values()].filter(({ dev }) => isAnswered(dev));
    for (const { from } of answered) this.#hellos.delete(from);
    return answered;
  }
}
