import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  accept,
  type IceServer,
  LIMITS,
  type Outcome,
  ParticipantId,
  PROTOCOL_VERSION,
  ResumeToken,
  RoomJoin,
  refuse,
  SIGNALING_PATH,
  SignalSend,
  toBase64Url,
} from '@parley/shared/protocol';
import { Server, type Socket } from 'socket.io';

const randomText = (bytes: number): string => toBase64Url(crypto.getRandomValues(new Uint8Array(bytes)));

/** The place of one app in the only room of a hostile server. */
export type HostileSeat = { participantId: ParticipantId; resumeToken: string; socket: Socket; roomId: string };

/** A box on its way, with all that a server sees of it. */
export type PassingBox = { from: ParticipantId; to: HostileSeat; toAll: boolean; box: string };

/**
 * A signaling server that speaks Parley's protocol and keeps to none of its promises: a test tells it what to do with each box, whom to
 * name, which relays to offer and when to refuse. It holds no invite, so it has what a hostile operator has.
 */
export class HostileServer {
  /** Everything that apps said to it. */
  readonly heard: string[] = [];
  /** In the order in which they came. */
  readonly seats: HostileSeat[] = [];
  /** Participants that it makes up. */
  ghosts: ParticipantId[] = [];
  iceServers: IceServer[] = [];
  /** Takes connections and answers everything with a refusal. */
  refuses = false;
  /** What it does with a box; honest until a test says otherwise. */
  pass: (passing: PassingBox) => void = (passing) => this.deliver(passing);
  readonly #http = createServer((_request, response) => response.writeHead(404).end());
  readonly #io = new Server(this.#http, { path: SIGNALING_PATH, transports: ['websocket'], serveClient: false });

  static async start(): Promise<HostileServer> {
    const server = new HostileServer();
    await new Promise<void>((resolve) => {
      server.#http.listen(0, '127.0.0.1', resolve);
    });
    return server;
  }

  private constructor() {
    // The first challenge of a socket is its id.
    this.#io.engine.generateId = () => randomText(LIMITS.challengeBytes);
    this.#io.on('connection', (socket) => this.#serve(socket));
  }

  /** As it stands in invites. */
  get host(): string {
    return `127.0.0.1:${(this.#http.address() as AddressInfo).port}`; // it listens on a port
  }

  get heardBytes(): Buffer {
    return Buffer.from(this.heard.join('\n'));
  }

  deliver({ from, to, toAll, box }: PassingBox): void {
    to.socket.emit('signal:received', { roomId: to.roomId, from, id: randomText(16), toAll, box });
  }

  /** Says anything at all to everybody. */
  say(event: string, payload: unknown): void {
    this.#io.emit(event, payload);
  }

  /** Refuses everything from now on and cuts every connection. */
  cutOff(): void {
    this.refuses = true;
    this.#io.disconnectSockets(true);
  }

  async close(): Promise<void> {
    await this.#io.close();
  }

  #serve(socket: Socket): void {
    socket.onAny((event: string, payload: unknown) => this.heard.push(JSON.stringify([event, payload])));
    const answer = (event: string, act: (payload: unknown) => Outcome<unknown>) =>
      socket.on(event, (payload: unknown, done?: (outcome: unknown) => void) =>
        done?.(this.refuses ? refuse('server-busy') : act(payload)),
      );
    answer('challenge:get', () =>
      accept({ v: PROTOCOL_VERSION, challenge: randomText(LIMITS.challengeBytes), expiresInMs: 30_000 }),
    );
    answer('room:join', (payload) => this.#join(socket, RoomJoin.parse(payload)));
    answer('signal:send', (payload) => this.#relay(socket, SignalSend.parse(payload)));
    answer('turn:get', () => accept({ iceServers: this.iceServers }));
    for (const event of ['room:leave', 'stream:start', 'stream:stop']) answer(event, () => accept({}));
  }

  #join(socket: Socket, { roomId, resumeToken }: RoomJoin): Outcome<unknown> {
    const known = this.seats.find((seat) => seat.resumeToken === resumeToken);
    const others = this.seats.filter((seat) => seat !== known && seat.socket.connected);
    const seat = known ?? {
      participantId: ParticipantId.parse(randomText(16)),
      resumeToken: ResumeToken.parse(randomText(32)),
      socket,
      roomId,
    };
    seat.socket = socket;
    if (!known) this.seats.push(seat);
    const { participantId } = seat;
    for (const other of others) {
      other.socket.emit(known ? 'participant:back' : 'participant:joined', { roomId, participantId });
    }
    return accept({
      participantId,
      resumeToken: seat.resumeToken,
      resumed: known !== undefined,
      participants: [...others.map((other) => other.participantId), ...this.ghosts].map((each) => ({
        participantId: each,
        away: false,
      })),
      capacity: 16,
      ice: { iceServers: this.iceServers },
    });
  }

  #relay(socket: Socket, { to, box }: SignalSend): Outcome<unknown> {
    const from = this.seats.find((seat) => seat.socket === socket);
    if (!from) return refuse('not-in-room');
    const targets = this.seats.filter((seat) => seat !== from && (to === '*' || seat.participantId === to));
    for (const target of targets) this.pass({ from: from.participantId, to: target, toAll: to === '*', box });
    return accept({ handedTo: targets.length });
  }
}
