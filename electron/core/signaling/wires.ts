import type { BridgeParsed, BridgePayload } from '@parley/shared/bridge';
import type { ServerHost } from '@parley/shared/model';
import {
  accept,
  type ConnectAuth,
  LIMITS,
  type Outcome,
  ParleyError,
  PROTOCOL_VERSION,
  refusalSaidBy,
  refuse,
  serverEvents,
} from '@parley/shared/protocol';
import type { Clock, Log } from '../ports.ts';
import type { OpenSocket, SignalingSocket } from './socket.ts';

/** Wires that one page may have at the same time: one for each server, and some in the making. */
export const WIRES_MAX = 64;
/** Calls of one wire that may wait for their turn or their answer. */
export const CALLS_MAX = 256;
/** Calls of one wire that are kept while a number before them is missing, refused ones included. */
export const EARLY_MAX = 2 * CALLS_MAX;
/** Events that a server may say in a second, known ones or not; one that says more is left. */
export const HEARD_PER_SECOND_MAX = 1_000;

type Events = 'signaling.opened' | 'signaling.failed' | 'signaling.closed' | 'signaling.heard' | 'signaling.answered';
/** Tells one page what happens on its wires. */
export type TellPage = <E extends Events>(event: E, payload: BridgePayload<E>) => void;

/** This person's right to a server, as the sockets need it. */
export interface ServerAccessPort {
  /** Whether the host is that of a known server. */
  isKnown(host: ServerHost): boolean;
  /** The credentials for connecting; refuses when the right is known to be lost. */
  credentials(host: ServerHost): Promise<Outcome<Omit<ConnectAuth, 'v'>>>;
  /** The server refused, or ended, a connection that was opened with these credentials. */
  refused(host: ServerHost, said: unknown): void;
}

/** The wires of one page. All of it throws ParleyErrors. */
export interface PageWires {
  open(input: BridgeParsed<'signaling.open'>): void;
  call(input: BridgeParsed<'signaling.call'>): void;
  close(wireId: string): void;
  /** Ends all wires to a host as if their connection were lost. */
  closeHost(host: ServerHost): void;
  closeAll(): void;
}

type WirePorts = { openSocket: OpenSocket; access: ServerAccessPort; clock: Clock; log: Log };

/** The signaling sockets of all pages. */
export function createWires(ports: WirePorts) {
  const pages = new Set<PageWires>();
  return {
    /** The wires of a new page, which hears of them by `tell`. */
    forPage(tell: TellPage): PageWires {
      const page = pageWires(ports, tell, () => pages.delete(page));
      pages.add(page);
      return page;
    },
    /** Closes all wires to a host, which is no known server any more, and tells their pages. */
    closeHost(host: ServerHost) {
      for (const page of [...pages]) page.closeHost(host);
    },
    close() {
      for (const page of [...pages]) page.closeAll();
    },
  };
}

function pageWires(ports: WirePorts, tell: TellPage, gone: () => void): PageWires {
  const wires = new Map<string, Wire>();
  let closed = false;
  return {
    open({ wireId, host }) {
      if (closed) throw new ParleyError('cancelled');
      if (wires.has(wireId)) throw new ParleyError('bad-request', { path: 'wireId' });
      if (wires.size >= WIRES_MAX) throw new ParleyError('rate-limited');
      if (!ports.access.isKnown(host)) {
        throw new ParleyError('not-allowed', { message: `${host} is not among the servers of this computer.` });
      }
      const wire = new Wire(wireId, host, ports, tell, () => {
        if (wires.get(wireId) === wire) wires.delete(wireId);
      });
      wires.set(wireId, wire);
      void wire.connect();
    },
    call(input) {
      const wire = wires.get(input.wireId);
      if (!wire) throw new ParleyError('cancelled');
      wire.call(input);
    },
    close(wireId) {
      wires.get(wireId)?.close();
    },
    closeHost(host) {
      for (const wire of [...wires.values()]) if (wire.host === host) wire.lose();
    },
    closeAll() {
      closed = true;
      for (const wire of [...wires.values()]) wire.close();
      gone();
    },
  };
}

type Call = Omit<BridgeParsed<'signaling.call'>, 'wireId'>;
/** A call that waits for those before it, or a refused one that only takes its number. */
type EarlyCall = { start: () => void; undoTimer: () => void };
const REFUSED: EarlyCall = { start: () => {}, undoTimer: () => {} };

/** connecting → open → over. Tells its page nothing once it is over. */
class Wire {
  readonly #id: string;
  readonly host: ServerHost;
  readonly #ports: WirePorts;
  readonly #tell: TellPage;
  readonly #ended: () => void;
  #state: { at: 'connecting' } | { at: 'open'; socket: SignalingSocket } | { at: 'over' } = { at: 'connecting' };
  #socket: SignalingSocket | undefined;
  /** The calls of a page may overtake each other on their way here; they go on in the order of their numbers. */
  #nextCall = 1;
  readonly #early = new Map<number, EarlyCall>();
  #pending = 0;
  #heardSince = Number.NEGATIVE_INFINITY;
  #heardCount = 0;

  constructor(id: string, host: ServerHost, ports: WirePorts, tell: TellPage, ended: () => void) {
    this.#id = id;
    this.host = host;
    this.#ports = ports;
    this.#tell = tell;
    this.#ended = ended;
  }

  async connect(): Promise<void> {
    const { access, openSocket, log } = this.#ports;
    const credentials = await access.credentials(this.host).catch((error: unknown) => {
      log.error('the right to a server could not be read', { name: error instanceof Error ? error.name : 'unknown' });
      return refuse('internal');
    });
    if (this.#state.at === 'over') return;
    if (!credentials.ok) return this.#fail(credentials);
    const socket = openSocket(
      this.host,
      { v: PROTOCOL_VERSION, ...credentials.value },
      {
        opened: (challenge) => {
          this.#state = { at: 'open', socket };
          this.#tell('signaling.opened', { wireId: this.#id, ...(challenge === undefined ? {} : { challenge }) });
        },
        failed: (said) => {
          access.refused(this.host, said);
          this.#fail(refusalSaidBy(this.host, said));
        },
        closed: () => this.#end(() => this.#tell('signaling.closed', { wireId: this.#id })),
        heard: (event, payload) => this.#heard(event, payload),
      },
    );
    this.#socket = socket;
  }

  call(call: Call): void {
    const { callId, timeoutMs } = call;
    if (callId < this.#nextCall || this.#early.has(callId)) throw new ParleyError('bad-request', { path: 'callId' });
    const refusal = this.#refusalOf(call);
    if (refusal) {
      this.#early.set(callId, REFUSED);
    } else {
      this.#pending += 1;
      const undoTimer = this.#ports.clock.after(timeoutMs, () => this.#giveUp(callId));
      this.#early.set(callId, { start: () => this.#start(call), undoTimer });
    }
    if (this.#early.size > EARLY_MAX) this.#startUpTo(Math.min(...this.#early.keys()));
    this.#startDue();
    if (refusal) throw refusal;
  }

  /** Closes it and tells nothing. */
  close(): void {
    this.#end(() => {});
  }

  /** Closes it and tells the page that it is lost. */
  lose(): void {
    if (this.#state.at === 'open') this.#end(() => this.#tell('signaling.closed', { wireId: this.#id }));
    else this.#fail(refuse('not-allowed', { message: `${this.host} is not among the servers of this computer.` }));
  }

  #refusalOf({ payload }: Call): ParleyError | undefined {
    if (this.#state.at !== 'open') return new ParleyError('not-allowed');
    if (this.#pending >= CALLS_MAX) return new ParleyError('rate-limited');
    const sizeBytes = Buffer.byteLength(JSON.stringify(payload) ?? '');
    return sizeBytes > LIMITS.frameMaxBytes ? new ParleyError('too-large') : undefined;
  }

  /** A call waited as long as it may for the numbers before it: those that have not come are skipped. */
  #giveUp(callId: number): void {
    this.#early.set(callId, REFUSED);
    this.#answer(callId, refuse('timed-out'));
    this.#startUpTo(callId);
    this.#startDue();
  }

  #startDue(): void {
    while (this.#early.has(this.#nextCall)) this.#startUpTo(this.#nextCall);
  }

  /** Starts the calls up to that number in their order, without those that have not come. */
  #startUpTo(last: number): void {
    const due = [...this.#early].filter(([callId]) => callId <= last).sort(([a], [b]) => a - b);
    this.#nextCall = last + 1;
    for (const [callId, { start, undoTimer }] of due) {
      this.#early.delete(callId);
      undoTimer();
      start();
    }
  }

  #start({ callId, event, payload, timeoutMs }: Call): void {
    if (this.#state.at !== 'open') return;
    this.#state.socket.call(event, payload, timeoutMs).then(
      (answer) => this.#answer(callId, accept(answer ?? null)),
      () => this.#answer(callId, refuse('timed-out')),
    );
  }

  #answer(callId: number, outcome: Outcome<unknown>): void {
    this.#pending -= 1;
    if (this.#state.at === 'open') this.#tell('signaling.answered', { wireId: this.#id, callId, outcome });
  }

  #heard(event: string, payload: unknown): void {
    const now = this.#ports.clock.monotonicMs();
    if (now - this.#heardSince >= 1_000) {
      this.#heardSince = now;
      this.#heardCount = 0;
    }
    this.#heardCount += 1;
    if (this.#heardCount > HEARD_PER_SECOND_MAX) {
      this.#ports.log.warn('a signaling server said too much at once and was left');
      this.lose();
      return;
    }
    if (!Object.hasOwn(serverEvents, event)) return;
    if (event === 'server:closing') this.#ports.access.refused(this.host, payload);
    this.#tell('signaling.heard', { wireId: this.#id, event, payload });
  }

  #fail(said: unknown): void {
    this.#end(() => this.#tell('signaling.failed', { wireId: this.#id, ...(said === undefined ? {} : { said }) }));
  }

  #end(tell: () => void): void {
    if (this.#state.at === 'over') return;
    this.#state = { at: 'over' };
    for (const { undoTimer } of this.#early.values()) undoTimer();
    this.#early.clear();
    this.#socket?.close();
    this.#ended();
    tell();
  }
}
