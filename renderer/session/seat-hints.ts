import { type ParticipantId, type RoomJoined, unreachable } from '@parley/shared/protocol';
import type { PresenceHint } from '../signaling/seat.ts';
import type { Participant } from './participant.ts';
import type { SessionParts } from './session-parts.ts';
import { PARTICIPANTS_MAX } from './session-policy.ts';
import type { SessionStage } from './session-stage.ts';

type Seated = Extract<SessionStage, { at: 'seated' }>;

/** The words of the server about who is in the room. They start and shorten waiting; they prove nobody, and close no open link. */
export class SeatHints {
  readonly #parts: SessionParts;
  readonly #seated: () => Seated | undefined;

  constructor(parts: SessionParts, seated: () => Seated | undefined) {
    this.#parts = parts;
    this.#seated = seated;
  }

  /** The seat is taken, or taken again. */
  joined({ resumed, participants, capacity, ice }: RoomJoined): void {
    const seated = this.#seated();
    if (!seated) return;
    const { roster, call } = this.#parts;
    this.#parts.ice.take(ice);
    roster.capacity = Math.min(capacity, PARTICIPANTS_MAX);
    const { handshakes, joinedBefore } = seated;
    const known = handshakes.participantIds();
    const strangers = participants.some(({ participantId, away }) => !away && !known.has(participantId));
    if (!resumed || strangers) handshakes.announce();
    for (const { participantId, away } of participants) if (!away) handshakes.expect(participantId);
    if (!resumed && joinedBefore) void handshakes.confirmAgain();
    seated.joinedBefore = true;
    const here = new Set(participants.map(({ participantId }) => participantId));
    for (const participant of roster.all) {
      const gone = !here.has(participant.peer.participantId);
      roster.setGone(participant, gone);
      if (!gone) void this.#dialAgain(participant);
    }
    call.reportStreams(true);
  }

  /** A hint of the server starts and shortens waiting, and closes no open link. */
  hinted(hint: PresenceHint, participantId: ParticipantId): void {
    const participant = this.#parts.roster.at(participantId);
    const handshakes = this.#seated()?.handshakes;
    switch (hint) {
      case 'joined':
        handshakes?.expect(participantId);
        return;
      case 'away':
        handshakes?.forget(participantId);
        return;
      case 'back':
        handshakes?.expect(participantId);
        if (participant) void this.#dialAgain(participant);
        else void handshakes?.repeatFor(participantId);
        return;
      case 'left':
        handshakes?.forget(participantId);
        this.#parts.door.gone(participantId);
        if (participant) this.#parts.roster.setGone(participant, true);
        return;
      default:
        unreachable(hint);
    }
  }

  /**
   * One of the two was away before the link was open. They may never have got the confirm, and without it take no
   * signal: it goes first.
   */
  async #dialAgain({ peer, link }: Participant): Promise<void> {
    if (link.state.at !== 'opening') return;
    const { epoch } = link.state;
    await this.#seated()?.handshakes.repeatFor(peer.participantId);
    // A signal of theirs may have begun afresh meanwhile.
    if (link.state.at === 'opening' && link.state.epoch === epoch) link.reopen();
  }
}
