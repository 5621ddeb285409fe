import type { ParticipantId } from '@parley/shared/protocol';
import type { OwnHello } from '@parley/shared/sealing';
import type { CountedClock } from '../clock.ts';
import type { HandshakePorts } from './handshake-ports.ts';
import type { PeerRecord } from './known-peer.ts';
import { RepeatedWords } from './repeated-words.ts';

/**
 * The words of this device in its handshakes: hellos and confirms, said again where either side may have missed them. Nothing is said
 * to a device that is blocked, or that the room's rules keep out.
 */
export class Greetings {
  readonly #ports: HandshakePorts;
  /** The clock of the handshakes: its timers end with them. */
  readonly #clock: CountedClock;
  readonly #repeated: RepeatedWords;
  #closed = false;

  constructor(ports: HandshakePorts, clock: CountedClock) {
    this.#ports = ports;
    this.#clock = clock;
    this.#repeated = new RepeatedWords({
      clock,
      isMet: ({ dev }) => !this.#isSilentTo(dev),
      isOver: () => this.#closed,
      answering: (known) => this.#waitForConfirm(known),
      say: async (known, seat) => {
        this.hello(seat, known.own);
        await this.confirm(known, seat);
      },
    });
  }

  close(): void {
    this.#closed = true;
  }

  /** Says hello to one seat, or to everyone who is here. */
  hello(to: ParticipantId | '*', { box }: OwnHello = this.#ports.own): void {
    void this.#ports.send(to, box, () => !this.#closed);
  }

  /** Confirms; to somebody whom the locked room does not let in yet it says no more than that they were heard. */
  async confirm(known: PeerRecord, to: ParticipantId): Promise<void> {
    const { session, hello } = known.peer;
    const { gate } = this.#ports;
    if (this.#isSilentTo(hello.dev)) return;
    known.sig ??= await this.#ports.signConfirm(session.role, session.transcriptHash);
    const { sig } = known;
    if (sig === undefined || this.#closed || known.peer.at === 'ended') return;
    const computers = this.#ports.computers();
    const profile = this.#ports.profile();
    const box = await session.seal(
      gate.of(hello.dev) === 'in'
        ? { type: 'confirm', sig, profile, ...(computers ? { computers } : {}) }
        : { type: 'wait', sig, by: gate.by() },
    );
    void this.#ports.send(to, box, () => !this.#closed && known.peer.at !== 'ended');
  }

  /** The first words to a peer whose hello has just come, from now on repeated until they confirm. */
  async meet(known: PeerRecord, from: ParticipantId, withHello: boolean): Promise<void> {
    this.#waitForConfirm(known);
    this.#repeated.sayAgain(known);
    if (withHello) this.hello(from, known.own);
    await this.confirm(known, from);
  }

  /** They have the hello of this device: nothing is said again for them to answer. */
  heard(known: PeerRecord): void {
    known.undoTimer();
    known.undoSayAgain?.();
    known.undoSayAgain = undefined;
  }

  /** A hello to this device alone, from somebody whose hello was here: they wait for a word of this side. */
  async greetedAgain(known: PeerRecord, from: ParticipantId): Promise<void> {
    if (known.peer.at !== 'confirmed') {
      this.#waitForConfirm(known);
      if (!known.undoSayAgain) this.#repeated.sayAgain(known);
      return;
    }
    // Their confirm is here, so they have the hello; a confirm alone is not answered with another one.
    if (!this.#repeated.mayAnswer(known)) return;
    known.answeredAt = this.#clock.monotonicMs();
    await this.confirm(known, from);
  }

  /** Says hello and confirms once more to someone who may have missed it. A request that comes too soon is done later, once. */
  answer(known: PeerRecord, to: ParticipantId): Promise<void> {
    return this.#repeated.answer(known, to);
  }

  /** Says nothing more to a peer. */
  end(known: PeerRecord): void {
    known.undoTimer();
    known.undoAnswer();
    known.undoSayAgain?.();
  }

  #isSilentTo(dev: string): boolean {
    return this.#ports.isBlocked(dev) || this.#ports.gate.of(dev) === 'out';
  }

  /** From now on their confirm has its time, unless it is here. */
  #waitForConfirm(known: PeerRecord): void {
    const { peer } = known;
    if (peer.at === 'confirmed') return;
    peer.at = 'waiting';
    known.undoTimer();
    known.undoTimer = this.#clock.after(this.#ports.handshakeTimeoutMs, () => {
      if (peer.at === 'waiting') peer.at = 'stalled';
    });
  }
}
