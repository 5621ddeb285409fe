import { generateKeyPairSync, hash, randomBytes, sign } from 'node:crypto';
import {
  type ClientAck,
  type ClientEvent,
  type ClientInput,
  clientEvents,
  fromBase64Url,
  type Outcome,
  outcomeOf,
  PROTOCOL_VERSION,
  type ResumeToken,
  RoomId,
  type RoomJoined,
  type ServerEvent,
  type ServerPayload,
  SIGNALING_PATH,
  SignalId,
  serverEvents,
  toBase64Url,
} from '@parley/shared/protocol';
import { membershipBytes, roomIdBytes } from '@parley/shared/sealing';
import { readConfig } from '@parley/signaling-server/config.ts';
import { createLog } from '@parley/signaling-server/log.ts';
import { type SignalingPorts, type SignalingServer, startSignaling } from '@parley/signaling-server/server.ts';
import { io, type Socket } from 'socket.io-client';
import { onTestFinished } from 'vitest';

/** The name under which every test server may be joined, from whatever address. */
export const PUBLIC_HOST = 'parley.test';

export type TestServer = SignalingServer & { lines: string[]; health(): Promise<Health>; metrics(): Promise<Metrics> };
export type Health = Record<'connections' | 'rooms' | 'participants' | 'streams', number> & { status: string };
export type Metrics = {
  data: Record<string, number>;
  websocket: Record<string, number>;
  streams: Record<string, number>;
  rate_limits: Record<string, number>;
  errors: Record<string, number>;
  connections: { room_connections: Record<string, number> };
};

/** A real server in this process on a free port; closed when the test is over. Its clients choose their addresses. */
export async function startTestServer(
  env: Record<string, string> = {},
  ports: SignalingPorts = {},
): Promise<TestServer> {
  const reading = readConfig({
    PORT: '0',
    NODE_ENV: 'test',
    LOG_LEVEL: 'trace',
    PUBLIC_HOSTS: PUBLIC_HOST,
    TRUST_PROXY: '127.0.0.0/8',
    SHUTDOWN_GRACE_MS: '0',
    // A machine that runs many tests at once must not make a server turn clients away.
    BUSY_DELAY_MS: '0',
    ...env,
  });
  if (!reading.ok) throw new Error(reading.problems.join('\n'));
  const lines: string[] = [];
  const { log } = createLog(reading.config, { write: (line) => void lines.push(line) });
  const server = await startSignaling(reading.config, { log, ...ports });
  onTestFinished(() => server.close());
  const getJson = async (path: string): Promise<unknown> =>
    (await fetch(`${server.url}${path}`, { headers: { accept: 'application/json' } })).json();
  return {
    ...server,
    lines,
    health: () => getJson('/health') as Promise<Health>,
    metrics: () => getJson('/metrics') as Promise<Metrics>,
  };
}

export class RoomKey {
  readonly roomId: RoomId;
  readonly authPub: string;
  readonly ownerPub: string;
  readonly #privateKey;

  constructor() {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
    this.#privateKey = privateKey;
    this.authPub = toBase64Url(raw);
    const owner = randomBytes(32);
    this.ownerPub = toBase64Url(owner);
    this.roomId = RoomId.parse(toBase64Url(hash('sha256', roomIdBytes(raw, owner), 'buffer').subarray(0, 16)));
  }

  prove(challenge: string, host: string): string {
    const asked = fromBase64Url(challenge) ?? new Uint8Array();
    const bytes = membershipBytes(hash('sha256', host, 'buffer'), asked, this.roomId);
    return toBase64Url(sign(null, bytes, this.#privateKey));
  }
}

const DEADLINE_MS = 40_000;

/** Rejects when `promise` takes longer than any honest answer would. */
export function soon<T>(promise: Promise<T>, what: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no ${what} in time`)), DEADLINE_MS);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** Resolves once `holds` returns true, asking every few milliseconds. */
export async function until(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const endsAt = Date.now() + DEADLINE_MS;
  while (!(await holds())) {
    if (Date.now() > endsAt) throw new Error(`never ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

export type ConnectOptions = {
  ip?: string;
  auth?: Record<string, unknown>;
  origin?: string;
  headers?: Record<string, string>;
};

/** A client as the app's, with everything it heard kept in order. */
export class Client {
  readonly socket: Socket;
  readonly heard: { event: string; payload: unknown }[] = [];
  #taken = 0;
  #wake: (() => void)[] = [];
  readonly #connected: Promise<string>;

  constructor(
    server: Pick<SignalingServer, 'port'>,
    { ip = '203.0.113.1', auth, origin, headers }: ConnectOptions = {},
  ) {
    this.socket = io(`http://127.0.0.1:${server.port}`, {
      path: SIGNALING_PATH,
      transports: ['websocket'],
      reconnection: false,
      forceNew: true,
      auth: auth ?? { v: PROTOCOL_VERSION },
      extraHeaders: { 'x-forwarded-for': ip, ...(origin === undefined ? {} : { origin }), ...headers },
    });
    this.#connected = new Promise((resolve) => {
      this.socket.once('connect', () => resolve(this.socket.io.engine.id ?? ''));
    });
    this.socket.onAny((event: string, payload: unknown) => {
      this.heard.push({ event, payload });
      for (const wake of this.#wake.splice(0)) wake();
    });
    onTestFinished(() => void this.socket.disconnect());
  }

  /** Resolves when the server has let it in, with its first challenge. */
  connected(): Promise<string> {
    return soon(this.#connected, 'connection');
  }

  /** Resolves when the server refused the connection, with what it said. */
  refused(): Promise<{ message: string; data?: { code: string; message: string; retryAfterMs?: number } }> {
    return soon(new Promise((resolve) => this.socket.once('connect_error', resolve)), 'refusal');
  }

  closed(): Promise<string> {
    if (this.socket.disconnected && this.socket.id === undefined && !this.socket.active) return Promise.resolve('');
    return soon(new Promise((resolve) => this.socket.once('disconnect', resolve)), 'close');
  }

  /** The next event of that name that was not yet taken; parsed by its schema. */
  async hear<E extends ServerEvent>(event: E): Promise<ServerPayload<E>> {
    const search = async (): Promise<ServerPayload<E>> => {
      for (;;) {
        const at = this.heard.findIndex((entry, index) => index >= this.#taken && entry.event === event);
        const found = this.heard[at];
        if (found) {
          this.#taken = at + 1;
          return serverEvents[event].parse(found.payload) as ServerPayload<E>;
        }
        await new Promise<void>((resolve) => this.#wake.push(resolve));
      }
    };
    return soon(search(), event);
  }

  async call<E extends ClientEvent>(event: E, input: ClientInput<E>): Promise<Outcome<ClientAck<E>>> {
    const raw = await this.raw(event, input);
    return outcomeOf(clientEvents[event].ack).parse(raw) as Outcome<ClientAck<E>>;
  }

  /** Sends anything at all and resolves with the answer. */
  raw(event: string, ...args: unknown[]): Promise<unknown> {
    return soon(
      new Promise((resolve) => this.socket.emit(event, ...args, (answer: unknown) => resolve(answer))),
      `answer to ${event}`,
    );
  }

  async challenge(): Promise<string> {
    const outcome = await this.call('challenge:get', { v: PROTOCOL_VERSION });
    if (!outcome.ok) throw new Error(outcome.code);
    return outcome.value.challenge;
  }

  /** Asks for a challenge and joins with a proof over it. */
  async tryJoin(
    key: RoomKey,
    options: { host?: string; resumeToken?: ResumeToken; challenge?: string; prover?: RoomKey } = {},
  ): Promise<Outcome<RoomJoined>> {
    const challenge = options.challenge ?? (await this.challenge());
    return this.call('room:join', {
      v: PROTOCOL_VERSION,
      roomId: key.roomId,
      authPub: key.authPub,
      ownerPub: key.ownerPub,
      sig: (options.prover ?? key).prove(challenge, options.host ?? PUBLIC_HOST),
      ...(options.resumeToken === undefined ? {} : { resumeToken: options.resumeToken }),
    });
  }

  async join(key: RoomKey, options: Parameters<Client['tryJoin']>[1] = {}): Promise<RoomJoined> {
    const outcome = await this.tryJoin(key, options);
    if (!outcome.ok) throw new Error(`join refused: ${outcome.code}`);
    return outcome.value;
  }

  /** Ends the connection without a word, as a lost network does. */
  vanish(): void {
    this.socket.io.engine.close();
  }
}

export const newSignalId = (): SignalId => SignalId.parse(toBase64Url(randomBytes(16)));
/** A box as the server sees one: text of a fair size. */
export const someBox = (sizeBytes = 300): string => toBase64Url(randomBytes(sizeBytes));
