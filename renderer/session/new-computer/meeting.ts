import type { Bridge } from '@parley/shared/bridge';
import { type RoomKeyring, ServerHost } from '@parley/shared/model';
import {
  type ComputerStep,
  type DeviceId,
  type LinkMessage,
  type LinkSignal,
  toBase64Url,
} from '@parley/shared/protocol';
import { type ComputerCode, computerRoomKeys, makeHello } from '@parley/shared/sealing';
import type { Clock } from '@parley/shared/timing';
import { type CountedClock, countedClock } from '../../clock.ts';
import { Emitter } from '../../emitter.ts';
import { errorFields, type Log } from '../../log.ts';
import type { LinkPolicy } from '../../mesh/link-policy.ts';
import { PeerLink } from '../../mesh/peer-link.ts';
import type { MakePeer } from '../../mesh/raw-peer.ts';
import type { Seat, SeatOwner, SeatState } from '../../signaling/seat.ts';
import type { OwnCertificate } from '../certificate.ts';
import { OPEN_GATE } from '../handshake-ports.ts';
import { IceSupply } from '../ice-supply.ts';
import type { KnownPeer } from '../known-peer.ts';
import { type SessionSeat, takeSeat } from '../session-seat.ts';

export type MeetingPorts = {
  bridge: Bridge;
  /** Takes a seat in a room on a server. */
  takeSeat: (keyring: Pick<RoomKeyring, 'host' | 'roomId'>, owner: SeatOwner) => Seat;
  makePeer: MakePeer;
  makeCertificate: () => Promise<OwnCertificate>;
  clock: Clock;
  relayOnly: () => boolean;
  linkPolicy: LinkPolicy;
  log: Log;
};

export type MeetingEvents = {
  /** The server let this computer in, or not. */
  seat: SeatState;
  /** The other one is here, proved by its key, on a direct link. */
  opened: { device: DeviceId };
  /** The code to compare. */
  code: string;
  step: ComputerStep;
  /** More than one other device has the code. */
  crowded: undefined;
  /** The link to the other one is over. */
  lost: undefined;
};

/** For the last words on the link, in ms. */
const BYE_MS = 150;
/** No name is said here: each side knows the other by its key. */
const NOBODY = { username: 'computer', displayName: null };

/** Two computers meet by a code: in a room of their own, which ends with the meeting. */
export class Meeting {
  readonly #code: ComputerCode;
  readonly #ports: MeetingPorts;
  readonly #clock: CountedClock;
  readonly #events = new Emitter<MeetingEvents>();
  /** The only device that may come; null where the person says which by comparing codes. */
  readonly #expected: DeviceId | null;
  #seated: SessionSeat | undefined;
  #ice: IceSupply | undefined;
  #other: { peer: KnownPeer; link: PeerLink } | undefined;
  #closed = false;

  constructor(code: ComputerCode, expected: DeviceId | null, ports: MeetingPorts) {
    this.#code = code;
    this.#expected = expected;
    this.#ports = ports;
    this.#clock = countedClock(ports.clock);
  }

  on<E extends keyof MeetingEvents>(event: E, listener: (payload: MeetingEvents[E]) => void): () => void {
    return this.#events.on(event, listener);
  }

  /** Counts of things that still run; zero after `close`. */
  get openResources(): { timers: number; listeners: number } {
    const seated = this.#seated?.handshakes.openResources ?? { timers: 0, listeners: 0 };
    const link = this.#other?.link.openResources ?? { timers: 0, listeners: 0 };
    return {
      timers: this.#clock.pending + seated.timers + link.timers,
      listeners: this.#events.size + seated.listeners + link.listeners,
    };
  }

  /** Takes a seat in the room of the code. Rejects with what the core refuses. */
  async open(): Promise<void> {
    const { bridge, makeCertificate, log } = this.#ports;
    const { host } = this.#code;
    const certificate = await makeCertificate();
    const keys = await computerRoomKeys(this.#code);
    const own = await makeHello(keys, {
      fp: certificate.fp,
      ts: this.#clock.now(),
      sign: async (fields) => {
        const signed = await bridge.call('identity.sign-hello', fields);
        if (!signed.ok) throw new Error(signed.message);
        return signed.value;
      },
    });
    if (this.#closed) return;
    const keyring: RoomKeyring = {
      roomId: keys.roomId,
      host: ServerHost.parse(host),
      secret: toBase64Url(this.#code.secret),
      ownerPub: toBase64Url(keys.ownerPub),
      passphrase: null,
      invite: '',
    };
    this.#ice = new IceSupply({ host: keyring.host, clock: this.#clock, ask: async () => this.#seated?.seat.ice() });
    this.#seated = takeSeat(
      keyring,
      { keys, own },
      {
        bridge,
        clock: this.#clock,
        takeSeat: this.#ports.takeSeat,
        fp: certificate.fp,
        profile: () => NOBODY,
        computers: () => null,
        // Nobody is known in this room; who may come in is decided by the code.
        isBlocked: () => false,
        gate: OPEN_GATE,
        log,
      },
      {
        joined: ({ resumed, ice }) => {
          this.#ice?.take(ice);
          if (!resumed) this.#seated?.handshakes.announce();
        },
        changed: (state) => this.#events.emit('seat', state),
        hint: () => {},
      },
    );
    const { handshakes } = this.#seated;
    handshakes.on('confirmed', ({ peer }) => this.#met(peer, certificate));
    handshakes.on('message', ({ peer, message }) => {
      if (peer !== this.#other?.peer) return;
      if (message.type === 'signal') this.#other.link.handleSignal(message.signal);
    });
  }

  /** False when there is no open link. */
  say(step: ComputerStep): boolean {
    return this.#send({ type: 'computer', step });
  }

  /** Ends the meeting; what was said last still goes out. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#send({ type: 'bye', why: 'left' });
    this.#events.clear();
    this.#ice?.close();
    const seated = this.#seated;
    const other = this.#other;
    await new Promise<void>((resolve) => {
      this.#clock.after(BYE_MS, resolve);
    });
    other?.link.close('left');
    seated?.handshakes.close();
    this.#clock.stopAll();
    await seated?.seat.leave();
  }

  #met(peer: KnownPeer, certificate: OwnCertificate): void {
    if (this.#closed || (this.#expected !== null && peer.hello.dev !== this.#expected)) return;
    if (this.#other) {
      // The same device may have begun anew; any other one makes the code void.
      if (this.#other.peer.hello.dev !== peer.hello.dev) {
        this.#events.emit('crowded', undefined);
        return;
      }
    }
    const before = this.#other?.link;
    const { clock, makePeer, linkPolicy, relayOnly, log } = this.#ports;
    const link = new PeerLink({
      initiator: peer.session.role === 'lo',
      fp: peer.hello.fp,
      clock,
      makePeer,
      policy: linkPolicy,
      log,
      config: () => ({
        iceServers: this.#ice?.servers() ?? [],
        iceTransportPolicy: relayOnly() ? 'relay' : 'all',
        ...(certificate.certificate ? { certificates: [certificate.certificate] } : {}),
      }),
    });
    this.#other = { peer, link };
    // Its end is no loss: the same device goes on with the new one.
    before?.close('left');
    let wasOpen = false;
    link.on('state', (state) => {
      if (this.#other?.link !== link) return;
      if (state.at === 'open' && !wasOpen) {
        wasOpen = true;
        this.#events.emit('opened', { device: peer.hello.dev });
        void this.#startCode(peer);
      } else if (wasOpen && state.at !== 'open') this.#events.emit('lost', undefined);
    });
    link.on('signal', (signal) => this.#sendSignal(peer, link, signal));
    link.on('message', (message) => void this.#hear(peer, message));
    link.start();
  }

  #sendSignal(peer: KnownPeer, link: PeerLink, signal: LinkSignal): void {
    const wanted = () => link.state.at !== 'closed' && link.state.epoch === signal.epoch;
    this.#seated?.handshakes
      .seal(peer.peerId, { type: 'signal', signal }, wanted)
      .catch((error: unknown) => this.#ports.log.debug('a signal was not sealed', errorFields(error)));
  }

  async #startCode(peer: KnownPeer): Promise<void> {
    const step = await peer.session.safety().start();
    if (step) this.#send({ type: 'safety', step });
  }

  async #hear(peer: KnownPeer, message: LinkMessage): Promise<void> {
    if (this.#closed || peer !== this.#other?.peer) return;
    if (message.type === 'computer') this.#events.emit('step', message.step);
    if (message.type === 'bye') this.#events.emit('lost', undefined);
    if (message.type !== 'safety') return;
    const handled = await peer.session.safety().handle(message.step);
    if (!handled.ok || this.#closed) return;
    const { reply, code } = handled.value;
    if (reply) this.#send({ type: 'safety', step: reply });
    if (code !== null) this.#events.emit('code', code);
  }

  #send(message: LinkMessage): boolean {
    return this.#other?.link.send(message) ?? false;
  }
}
