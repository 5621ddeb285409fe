import type { ParticipantId } from '@parley/shared/protocol';
import type { Clock } from '@parley/shared/timing';

/** How often words to one participant are said again at most, in about five minutes. */
const TRIES_MAX = 14;
const FIRST_WAIT_MS = 3_000;
const WAIT_MAX_MS = 30_000;
/** Seats that words are said to again at the same time: a server may name any number. */
const SEATS_MAX = 64;

/** The wait before words that may have got lost are said for the `tries`-th time again, from 0; undefined when that is enough. */
export const sayAgainAfterMs = (tries: number): number | undefined =>
  tries < TRIES_MAX ? Math.min(WAIT_MAX_MS, FIRST_WAIT_MS * 2 ** tries) : undefined;

export type ExpectedSeatsPorts = {
  clock: Pick<Clock, 'after'>;
  /** Whether somebody spoke from that seat. */
  isHeard: (participantId: ParticipantId) => boolean;
  sayHello: (participantId: ParticipantId) => void;
};

/**
 * The seats that the server names and from which nobody has spoken yet. A hello may have got lost, on either side; it is said again,
 * ever more seldom, for some minutes. The server's word does no more than that.
 */
export class ExpectedSeats {
  readonly #ports: ExpectedSeatsPorts;
  readonly #waits = new Map<ParticipantId, () => void>();

  constructor(ports: ExpectedSeatsPorts) {
    this.#ports = ports;
  }

  expect(participantId: ParticipantId): void {
    if (this.#waits.has(participantId) || this.#waits.size >= SEATS_MAX) return;
    this.#wait(participantId, 0);
  }

  forget(participantId: ParticipantId): void {
    this.#waits.get(participantId)?.();
    this.#waits.delete(participantId);
  }

  close(): void {
    for (const undo of this.#waits.values()) undo();
    this.#waits.clear();
  }

  #wait(participantId: ParticipantId, tries: number): void {
    const { clock, isHeard, sayHello } = this.#ports;
    this.#waits.delete(participantId);
    const waitMs = sayAgainAfterMs(tries);
    if (waitMs === undefined || isHeard(participantId)) return;
    const undo = clock.after(waitMs, () => {
      if (!isHeard(participantId)) sayHello(participantId);
      this.#wait(participantId, tries + 1);
    });
    this.#waits.set(participantId, undo);
  }
}
