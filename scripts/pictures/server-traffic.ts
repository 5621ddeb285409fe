import { randomBytes } from 'node:crypto';
import { PROTOCOL_VERSION, RoomJoined, SIGNALING_PATH, toBase64Url } from '@parley/shared/protocol';
import { proveMembership, proveOwnership, signListing } from '@parley/shared/sealing';
import type { Clock } from '@parley/signaling-server/clock.ts';
import { io, type Socket } from 'socket.io-client';
import WebSocket from 'ws';
import { PUBLIC_HOST, RoomKey } from '../../tests/integration/signaling/harness.ts';
import { makeRoom } from '../../tests/integration/signaling/owner.ts';

/** The same load each time. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}

type Seat = { socket: Socket; roomId: string; streaming: boolean };

/** People in rooms, as many as asked for, who relay, stream, leave and come. */
export class Load {
  readonly #port: number;
  readonly #clock: Clock;
  readonly #chance: () => number;
  readonly #seats = new Set<Seat>();
  readonly #rooms: RoomKey[] = [];
  #addresses = 0;
  #running = true;

  constructor(port: number, clock: Clock, seed: number) {
    this.#port = port;
    this.#clock = clock;
    this.#chance = seeded(seed);
  }

  get size(): number {
    return this.#seats.size;
  }

  /** Somebody comes, into a room that has place or a new one. */
  async enter(roomCount: number): Promise<void> {
    while (this.#rooms.length < roomCount) this.#rooms.push(new RoomKey());
    // Some rooms are liked more than others.
    const key = this.#rooms[Math.floor(this.#chance() ** 1.6 * roomCount)];
    if (!key) return;
    this.#addresses += 1;
    const ip = `203.0.113.${this.#addresses % 250}`;
    const socket = connect(this.#port, ip);
    const challenge = await call(socket, 'challenge:get', { v: PROTOCOL_VERSION });
    const joined = await call(socket, 'room:join', {
      v: PROTOCOL_VERSION,
      roomId: key.roomId,
      authPub: key.authPub,
      ownerPub: key.ownerPub,
      sig: key.prove(String(answerOf(challenge).challenge), PUBLIC_HOST),
    });
    if (!RoomJoined.safeParse(answerOf(joined)).success || !this.#running) {
      socket.disconnect();
      return;
    }
    const seat: Seat = { socket, roomId: key.roomId, streaming: false };
    this.#seats.add(seat);
    if (this.#chance() < 0.7) {
      seat.streaming = true;
      socket.emit('stream:start', { roomId: key.roomId, kind: this.#chance() < 0.25 ? 'screen' : 'camera' }, () => {});
    }
    this.#talk(seat);
  }

  leave(): void {
    const [seat] = this.#seats;
    if (!seat) return;
    this.#seats.delete(seat);
    seat.socket.emit('room:leave', { roomId: seat.roomId }, () => seat.socket.disconnect());
  }

  /** One box to everyone, every few seconds of the load's time. */
  #talk(seat: Seat): void {
    if (!this.#running || !this.#seats.has(seat)) return;
    const input = {
      roomId: seat.roomId,
      to: '*',
      id: toBase64Url(randomBytes(16)),
      box: toBase64Url(randomBytes(400)),
    };
    seat.socket.emit('signal:send', input, () => {});
    this.#clock.after(6_000 + this.#chance() * 9_000, () => this.#talk(seat));
  }

  /** Brings the number of people to `size` over about `rooms` rooms, and changes a few of them. */
  async be(size: number, rooms: number): Promise<void> {
    if (this.#chance() < 0.5) this.leave();
    while (this.#seats.size > size) this.leave();
    while (this.#seats.size < size) await this.enter(rooms);
  }

  close(): void {
    this.#running = false;
    for (const { socket } of this.#seats) socket.disconnect();
  }
}

const connect = (port: number, ip: string): Socket =>
  io(`http://127.0.0.1:${port}`, {
    path: SIGNALING_PATH,
    transports: ['websocket'],
    reconnection: false,
    forceNew: true,
    auth: { v: PROTOCOL_VERSION },
    extraHeaders: { 'x-forwarded-for': ip },
  });

/** An answer, or undefined where the connection ended first; one that ended before it was asked says nothing. */
const call = (socket: Socket, event: string, input: unknown): Promise<unknown> =>
  new Promise((resolve) => {
    socket.once('disconnect', () => resolve(undefined));
    socket.once('connect_error', () => resolve(undefined));
    socket.timeout(10_000).emit(event, input, (failure: Error | null, answer: unknown) => {
      resolve(failure ? undefined : answer);
    });
  });

function answerOf(outcome: unknown): Record<string, unknown> {
  const found = typeof outcome === 'object' && outcome !== null && 'value' in outcome ? outcome.value : undefined;
  return typeof found === 'object' && found !== null ? { ...found } : {};
}

/** Somebody in a room of their own, who puts it on the server's list. */
export async function listRoom(port: number, name: string, passphrase: string | null): Promise<Socket> {
  const { invite, keys, ownerKey, roomId } = await makeRoom(passphrase);
  const socket = connect(port, '192.0.2.7');
  const challenge = async () => {
    const { challenge: text } = answerOf(await call(socket, 'challenge:get', { v: PROTOCOL_VERSION }));
    return new Uint8Array(Buffer.from(String(text), 'base64url'));
  };
  const sig = toBase64Url(await proveMembership(keys, PUBLIC_HOST, await challenge()));
  const [authPub, ownerPub] = [toBase64Url(keys.authPub), toBase64Url(keys.ownerPub)];
  await call(socket, 'room:join', { v: PROTOCOL_VERSION, roomId, authPub, ownerPub, sig });
  const about = { host: PUBLIC_HOST, challenge: await challenge(), roomId, name };
  const { needsPassphrase } = invite;
  const secret = toBase64Url(invite.secret);
  const fields = { roomId, name, secret, authPub, ownerPub, needsPassphrase, issuedAt: 1 };
  await call(socket, 'room:publish', {
    ...(await signListing(ownerKey, fields, [PUBLIC_HOST])),
    proof: toBase64Url(await proveOwnership(ownerKey, 'publish', about)),
  });
  return socket;
}

/** The moves of an attacker, once each. */
export const mischief: ((port: number, ip: string) => Promise<void>)[] = [
  // Frames that nobody can read.
  (port, ip) =>
    new Promise((resolve) => {
      const raw = new WebSocket(`ws://127.0.0.1:${port}${SIGNALING_PATH}/?EIO=4&transport=websocket`, {
        headers: { 'x-forwarded-for': ip },
      });
      raw.on('open', () => {
        raw.send(`40{"v":${PROTOCOL_VERSION}}`);
        raw.send('42{{{');
      });
      raw.on('error', () => resolve());
      raw.on('close', () => resolve());
    }),
  // A proof for a room whose secret is not known, and calls that there are not.
  async (port, ip) => {
    const socket = connect(port, ip);
    const key = new RoomKey();
    const challenge = answerOf(await call(socket, 'challenge:get', { v: PROTOCOL_VERSION })).challenge;
    if (typeof challenge === 'string') {
      const sig = new RoomKey().prove(challenge, PUBLIC_HOST);
      await call(socket, 'room:join', {
        v: PROTOCOL_VERSION,
        roomId: key.roomId,
        authPub: key.authPub,
        ownerPub: key.ownerPub,
        sig,
      });
      for (let n = 0; n < 4; n++) await call(socket, 'room:list-all', {});
      for (let n = 0; n < 4; n++) await call(socket, 'signal:send', { roomId: key.roomId });
    }
    socket.disconnect();
  },
  // A guess at the admin's token.
  async (port, ip) => {
    await fetch(`http://127.0.0.1:${port}/admin/api/overview`, {
      headers: { 'x-forwarded-for': ip, authorization: 'Bearer guess' },
    });
  },
];
