import { randomBytes } from 'node:crypto';
import { io, type Socket } from 'socket.io-client';
import { hostHashOf, type RoomKey } from '../signaling/driver/room-key.ts';

type Answer<T> = { ok: true; value: T } | { ok: false; code: string; retryAfterMs?: number };
type Joined = {
  participantId: string;
  resumeToken: string;
  resumed: boolean;
  participants: { participantId: string }[];
};

const HOST = 'parley.test';
const HOST_HASH = hostHashOf(HOST);
const newId = (): string => randomBytes(16).toString('base64url');

/** The facts by which a member judges the promises. */
export type MemberReport = {
  seated: boolean;
  /** Seats that were lost: joins that should have resumed one and did not. */
  seatsLost: number;
  reconnects: number;
  /** When it was last seated again, ms since 1970. */
  backAt: number;
  others: string[];
  participantId: string;
  acknowledged: string[];
  received: Record<string, number>;
};

/** A participant that holds on to its seat, whatever happens to the nodes, and sends when it is told to. */
export class Member {
  readonly #port: number;
  readonly #room: RoomKey;
  #socket: Socket | undefined;
  #resumeToken: string | undefined;
  #participantId = '';
  readonly #others = new Set<string>();
  readonly #acknowledged: string[] = [];
  readonly #received = new Map<string, number>();
  #seated = false;
  #seatsLost = 0;
  #reconnects = 0;
  #backAt = 0;
  #attempt = 0;
  #stopped = false;
  #sending: { everyMs: number } | undefined;

  constructor(port: number, room: RoomKey) {
    this.#port = port;
    this.#room = room;
  }

  start(): void {
    this.#connect();
  }

  send(everyMs: number | undefined): void {
    const wasSending = this.#sending !== undefined;
    this.#sending = everyMs === undefined ? undefined : { everyMs };
    if (this.#sending && !wasSending) void this.#sendOn();
  }

  report(): MemberReport {
    return {
      seated: this.#seated,
      seatsLost: this.#seatsLost,
      reconnects: this.#reconnects,
      backAt: this.#backAt,
      others: [...this.#others],
      participantId: this.#participantId,
      acknowledged: this.#acknowledged,
      received: Object.fromEntries(this.#received),
    };
  }

  stop(): void {
    this.#stopped = true;
    this.#sending = undefined;
    this.#socket?.disconnect();
  }

  #connect(): void {
    if (this.#stopped) return;
    const socket = io(`http://127.0.0.1:${this.#port}`, {
      path: '/parley',
      transports: ['websocket'],
      reconnection: false,
      forceNew: true,
      auth: { v: 1 },
      timeout: 3_000,
    });
    this.#socket = socket;
    const again = (): void => {
      socket.removeAllListeners();
      socket.disconnect();
      if (this.#socket !== socket || this.#stopped) return;
      this.#socket = undefined;
      this.#seated = false;
      this.#reconnects += 1;
      const delayMs = Math.min(2_000, 200 * 2 ** this.#attempt) * (0.5 + Math.random());
      this.#attempt += 1;
      setTimeout(() => this.#connect(), delayMs);
    };
    socket.once('connect_error', again);
    socket.once('disconnect', again);
    socket.on('participant:joined', ({ participantId }: { participantId: string }) => this.#others.add(participantId));
    socket.on('participant:left', ({ participantId }: { participantId: string }) => this.#others.delete(participantId));
    socket.on('signal:received', ({ id }: { id: string }) => this.#received.set(id, (this.#received.get(id) ?? 0) + 1));
    socket.once('connect', () => {
      const challenge = socket.io.engine.id ?? '';
      const join = {
        v: 1,
        roomId: this.#room.roomId,
        authPub: this.#room.authPub,
        ownerPub: this.#room.ownerPub,
        sig: this.#room.prove(challenge, HOST_HASH),
        ...(this.#resumeToken === undefined ? {} : { resumeToken: this.#resumeToken }),
      };
      // Long: whoever gives up a join that was answered after all loses what was sent to the seat meanwhile.
      socket.timeout(20_000).emit('room:join', join, (failed: Error | null, answer: Answer<Joined>) => {
        if (failed || !answer.ok) again();
        else this.#seat(answer.value);
      });
    });
  }

  #seat(joined: Joined): void {
    if (this.#resumeToken !== undefined && !joined.resumed) this.#seatsLost += 1;
    this.#resumeToken = joined.resumeToken;
    this.#participantId = joined.participantId;
    this.#others.clear();
    for (const { participantId } of joined.participants) this.#others.add(participantId);
    this.#seated = true;
    this.#attempt = 0;
    this.#backAt = Date.now();
  }

  /** One signal after the other, each repeated under its id until it is acknowledged. */
  async #sendOn(): Promise<void> {
    while (this.#sending && !this.#stopped) {
      const others = [...this.#others];
      const to = others[Math.floor(Math.random() * others.length)];
      const id = newId();
      for (let tries = 0; to !== undefined && this.#sending && tries < 400; tries++) {
        const answer = await this.#trySend(to, id);
        if (answer === 'acknowledged') {
          this.#acknowledged.push(id);
          break;
        }
        await new Promise((resolve) => setTimeout(resolve, answer === 'later' ? 100 : 500));
      }
      await new Promise((resolve) => setTimeout(resolve, this.#sending?.everyMs ?? 0));
    }
  }

  #trySend(to: string, id: string): Promise<'acknowledged' | 'later' | 'much later'> {
    const socket = this.#socket;
    if (!this.#seated || !socket) return Promise.resolve('later');
    const box = randomBytes(120).toString('base64url');
    return new Promise((resolve) => {
      const ended = (): void => resolve('later');
      socket.once('disconnect', ended);
      const signal = { roomId: this.#room.roomId, to, id, box };
      socket.emit('signal:send', signal, (answer: Answer<unknown>) => {
        socket.off('disconnect', ended);
        resolve(answer.ok ? 'acknowledged' : answer.code === 'rate-limited' ? 'much later' : 'later');
      });
    });
  }
}
