import type { RoomRules } from '@parley/shared/model';
import type { ParticipantId } from '@parley/shared/protocol';
import { openRemovalNotice, type PeerHello, sealRemovalNotice } from '@parley/shared/sealing';
import { type Clock, FixedRate } from '@parley/shared/timing';
import { errorFields } from '../log.ts';
import type { HandshakePorts } from './handshake-ports.ts';
import { NOTICES_RATE, NOTICES_TAKEN_RATE } from './session-policy.ts';

/** How long a device that was told of its removal is not told again: a box may get lost. */
const TELL_AGAIN_MS = 60_000;
/** Devices that are remembered for that. */
const TOLD_MAX = 64;

/**
 * Tells devices that were removed from the room while they were away: their hello gets the signed record by which they were, and nothing
 * else. The box shows neither a name nor a device, and only theirs opens it.
 */
export class RemovalNotices {
  readonly #ports: Pick<HandshakePorts, 'keys' | 'own' | 'gate' | 'isBlocked' | 'send' | 'log'>;
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  readonly #told = new Map<string, number>();
  readonly #pace = new FixedRate(NOTICES_RATE.burst, NOTICES_RATE.perSecond);
  readonly #takenPace = new FixedRate(NOTICES_TAKEN_RATE.burst, NOTICES_TAKEN_RATE.perSecond);
  #closed = false;

  constructor(
    ports: Pick<HandshakePorts, 'keys' | 'own' | 'gate' | 'isBlocked' | 'send' | 'log'>,
    clock: Pick<Clock, 'monotonicMs'>,
  ) {
    this.#ports = ports;
    this.#clock = clock;
  }

  close(): void {
    this.#closed = true;
  }

  /** Somebody who gets no other answer said hello: tells them why, if they were removed and were not told just now. */
  async tell(hello: PeerHello, to: ParticipantId): Promise<void> {
    const { keys, gate, isBlocked, send, log } = this.#ports;
    const records = gate.removalOf(hello.dev);
    if (!records || isBlocked(hello.dev) || !this.#mayTell(hello.dev)) return;
    try {
      const box = await sealRemovalNotice(keys, hello, { records: [...records] });
      void send(to, box, () => !this.#closed);
    } catch (error) {
      // Records that name very many devices do not fit into a box.
      log.debug('somebody was not told of their removal', errorFields(error));
    }
  }

  /** The records of a notice for this device; null for any other box, and for more of them than members send. */
  async open(box: string): Promise<readonly RoomRules[] | null> {
    const { keys, own } = this.#ports;
    const opened = await openRemovalNotice(keys, own, box);
    return opened.ok && this.#takenPace.take(this.#clock.monotonicMs()) ? opened.value.records : null;
  }

  #mayTell(dev: string): boolean {
    const now = this.#clock.monotonicMs();
    const toldAt = this.#told.get(dev);
    if (toldAt !== undefined && now - toldAt < TELL_AGAIN_MS) return false;
    if (!this.#pace.take(now)) return false;
    this.#told.delete(dev);
    this.#told.set(dev, now);
    const [oldest] = this.#told.keys();
    if (this.#told.size > TOLD_MAX && oldest !== undefined) this.#told.delete(oldest);
    return true;
  }
}
