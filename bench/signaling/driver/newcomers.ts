import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { MalformedReport, NewcomersReport } from './requests.ts';
import { hostHashOf, RoomKey } from './room-key.ts';

/** A client that heard nothing for this long counts as one without an answer. */
const PATIENCE_MS = 15_000;
/** Rooms that the newcomers spread over, two to each in the order in which they come. */
const ROOM_SIZE = 2;
const TURN_MS = 5;
/** Most newcomers in one turn. */
const TURN_MAX = 20;

/** `joined`, the code of a refusal, `unanswered`, or how the connection ended without a word. */
type Fate = string;

const connect = (port: number, address: string): WebSocket =>
  new WebSocket(`ws://127.0.0.1:${port}/parley/?EIO=4&transport=websocket`, {
    perMessageDeflate: false,
    headers: { 'x-forwarded-for': address },
  });

/** The server's name in their invites: `localhost` counts only for those who are on its computer. */
export const PUBLIC_HOST = 'parley.test';
const HOST_HASH = hostHashOf(PUBLIC_HOST);

/** An address that no other newcomer has. */
const addressOf = (index: number): string => `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`;

/**
 * One newcomer from an address of its own. It writes Socket.IO's packets itself, because its usual client would take more
 * of the computer than the server that is measured.
 */
function comeIn(port: number, room: RoomKey, index: number): Promise<Fate> {
  const socket = connect(port, addressOf(index));
  return new Promise<Fate>((resolve) => {
    const end = (fate: Fate): void => {
      clearTimeout(patience);
      resolve(fate);
      if (fate !== 'joined') socket.terminate();
    };
    const patience = setTimeout(() => end('unanswered'), PATIENCE_MS);
    let challenge = '';
    socket.on('unexpected-response', (_request, response) =>
      end(response.statusCode === 503 ? 'server-busy' : `status ${response.statusCode}`),
    );
    socket.on('error', (error) => end('code' in error ? `error: ${String(error.code)}` : 'error'));
    socket.on('close', (code) => end(`closed with ${code}`));
    socket.on('message', (data) => {
      const text = (data as Buffer).toString();
      if (text === '2') socket.send('3');
      else if (text.startsWith('0')) {
        challenge = /"sid":"([^"]+)"/.exec(text)?.[1] ?? '';
        socket.send('40{"v":1}');
      } else if (text.startsWith('44')) end(/"code":"([a-z-]+)"/.exec(text)?.[1] ?? 'other');
      else if (text.startsWith('40')) {
        const { roomId, authPub, ownerPub } = room;
        const join = { v: 1, roomId, authPub, ownerPub, sig: room.prove(challenge, HOST_HASH) };
        socket.send(`420${JSON.stringify(['room:join', join])}`);
      } else if (text.startsWith('430'))
        end(text.startsWith('430[{"ok":true') ? 'joined' : (/"code":"([a-z-]+)"/.exec(text)?.[1] ?? 'other'));
    });
  });
}

/** Newcomers at an even pace, whatever becomes of those before them. All that joined leave at the end. */
export async function sendNewcomers(about: {
  port: number;
  perSecond: number;
  seconds: number;
}): Promise<NewcomersReport> {
  const { port, perSecond, seconds } = about;
  const total = perSecond * seconds;
  const rooms = Array.from({ length: Math.ceil(total / ROOM_SIZE) }, () => new RoomKey());
  const fates: Promise<Fate>[] = [];
  const startedAt = performance.now();
  while (fates.length < total && performance.now() - startedAt < 2 * seconds * 1_000) {
    const due = Math.min(total, Math.floor(((performance.now() - startedAt) / 1_000) * perSecond));
    // No more in one turn: a client that is late for thousands at once answers nobody meanwhile.
    for (const end = Math.min(due, fates.length + TURN_MAX); fates.length < end; ) {
      const room = rooms[Math.floor(fates.length / ROOM_SIZE)];
      if (!room) throw new Error('fewer rooms than newcomers need');
      fates.push(comeIn(port, room, fates.length));
    }
    await pause(TURN_MS);
  }
  const pace = fates.length / ((performance.now() - startedAt) / 1_000);
  const report: NewcomersReport = { joined: 0, refused: {}, unanswered: 0, pace };
  for (const fate of await Promise.all(fates)) {
    if (fate === 'joined') report.joined += 1;
    else if (fate === 'unanswered') report.unanswered += 1;
    else report.refused[fate] = (report.refused[fate] ?? 0) + 1;
  }
  return report;
}

/** Clients that are let in and then send a packet that cannot be read, for which the server closes them. */
export async function sendMalformed(about: { port: number; frames: number; atOnce: number }): Promise<MalformedReport> {
  let begun = 0;
  let closed = 0;
  const sendOne = (): Promise<void> => {
    const socket = connect(about.port, addressOf(begun++));
    return new Promise((resolve) => {
      socket.on('error', () => resolve());
      socket.on('close', () => {
        closed += 1;
        resolve();
      });
      socket.on('message', (data) => {
        const text = (data as Buffer).toString();
        if (text.startsWith('0')) socket.send('40{"v":1}');
        else if (text.startsWith('40')) socket.send('42[');
      });
    });
  };
  const sender = async (): Promise<void> => {
    while (begun < about.frames) await sendOne();
  };
  await Promise.all(Array.from({ length: about.atOnce }, sender));
  return { closed };
}
