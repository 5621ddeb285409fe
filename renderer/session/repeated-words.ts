import type { ParticipantId } from '@parley/shared/protocol';
import type { CountedClock } from '../clock.ts';
import { sayAgainAfterMs } from './expected-seats.ts';
import type { KnownPeer, PeerRecord } from './known-peer.ts';

/** A peer is answered so often at most. */
const ANSWER_EVERY_MS = 500;
/** Seats of one peer that wait for an answer, at most. */
const ANSWERED_SEATS_MAX = 8;

export type RepeatedWordsPorts = {
  clock: CountedClock;
  /** Whether that device is met at all: others get no answer. */
  isMet: (hello: KnownPeer['hello']) => boolean;
  /** Whether nothing is said any more. */
  isOver: () => boolean;
  /** An answer is about to go out. */
  answering: (known: PeerRecord) => void;
  /** Says hello and confirms to a seat; resolves when the confirm was sealed. */
  say: (known: PeerRecord, seat: ParticipantId) => Promise<void>;
};

/** The hellos and confirms that are said more than once, because what either side said may have got lost: to each peer in time, and not too often. */
export class RepeatedWords {
  readonly #ports: RepeatedWordsPorts;

  constructor(ports: RepeatedWordsPorts) {
    this.#ports = ports;
  }

  /** Whether the last answer to that peer was long enough ago. */
  mayAnswer({ answeredAt }: PeerRecord): boolean {
    return this.#ports.clock.monotonicMs() - answeredAt >= ANSWER_EVERY_MS;
  }

  /** Says hello and confirms again, ever more seldom, until they confirm. */
  sayAgain(known: PeerRecord, tries = 0): void {
    const waitMs = sayAgainAfterMs(tries);
    known.undoSayAgain =
      waitMs === undefined
        ? undefined
        : this.#ports.clock.after(waitMs, () => {
            void this.answer(known, known.peer.participantId);
            this.sayAgain(known, tries + 1);
          });
  }

  /** Says hello and confirms once more to someone who may have missed it. A request that comes too soon is done later, once. */
  answer(known: PeerRecord, to: ParticipantId): Promise<void> {
    if (!this.#ports.isMet(known.peer.hello)) return Promise.resolve();
    if (known.answerTo.size < ANSWERED_SEATS_MAX) known.answerTo.add(to);
    known.answering ??= this.#answerInTime(known).finally(() => {
      known.answering = undefined;
    });
    return known.answering;
  }

  async #answerInTime(known: PeerRecord): Promise<void> {
    const { clock, isOver, answering, say } = this.#ports;
    while (known.answerTo.size > 0) {
      const waitMs = known.answeredAt + ANSWER_EVERY_MS - clock.monotonicMs();
      if (waitMs > 0) {
        await new Promise<void>((resolve) => {
          known.undoAnswer = clock.after(waitMs, resolve);
        });
      }
      if (isOver() || known.peer.at === 'ended') return;
      known.answeredAt = clock.monotonicMs();
      answering(known);
      const seats = [...known.answerTo];
      known.answerTo.clear();
      for (const seat of seats) await say(known, seat);
    }
  }
}
