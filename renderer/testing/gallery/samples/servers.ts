import type { Server, ServerCheck } from '@parley/shared/model';
import { type ListedRoom, type Refusal, refusalSaidBy, refuse } from '@parley/shared/protocol';
import { idOf, roomIdOf } from './ids.ts';

type Found = Extract<ServerCheck, { at: 'ok' }>;

export const foundCheck = (more: Partial<Found> = {}): Found => ({
  at: 'ok',
  version: '0.1.0',
  access: 'open',
  relay: true,
  listedRooms: true,
  roundTripMs: 24.3,
  checkedAt: 0,
  ...more,
});

export const serverOf = (host: string, more: Partial<Server> = {}): Server => ({
  host,
  name: null,
  own: false,
  right: { at: 'none' },
  rooms: 0,
  check: null,
  ...more,
});

/** The servers of somebody who has used Parley for a while. */
export const sampleServers: readonly Server[] = [
  serverOf('127.0.0.1:7420', { own: true, rooms: 1, check: foundCheck({ roundTripMs: 1, relay: false }) }),
  serverOf('parley.studio.example', {
    name: 'Studio',
    right: { at: 'held', kind: 'token', endsAt: null },
    rooms: 4,
    check: foundCheck({ access: 'token' }),
  }),
  serverOf('calls.climbing-club.example:8443', {
    right: { at: 'held', kind: 'password', endsAt: null },
    check: foundCheck({ access: 'password', relay: false, listedRooms: false, roundTripMs: 61 }),
  }),
];

/** Servers with names as long as they may be, one without a place to break, one written from right to left. */
export const serversWithLongNames: readonly Server[] = [
  ...sampleServers.slice(0, 1),
  serverOf(`${'a-very-long-name-of-a-computer-'.repeat(3)}1.departments.example:18443`, {
    rooms: 12,
    right: { at: 'held', kind: 'password', endsAt: null },
    check: foundCheck({ access: 'password', version: '10.20.30-beta.4' }),
  }),
  serverOf('parley.studio.example', {
    name: 'The choir of the old school house by the river and its friends.',
    rooms: 1,
    right: { at: 'lost', kind: 'token', code: 'access-expired' },
  }),
  serverOf('192.168.4.20:7420', { name: 'חדר המשפחה של סבתא (בית)', rooms: 2, check: foundCheck() }),
];

/** A sentence in a server's own words, as long as it may be and without a place to break. */
export const quotedRefusal: Refusal =
  refusalSaidBy(
    'talk.orchard.example',
    refuse('blocked', { message: `Your Parley is outdated: ${'x'.repeat(400)}` }),
  ) ?? refuse('blocked');

export const listedRoomOf = (name: string, more: Partial<ListedRoom> = {}): ListedRoom => ({
  roomId: roomIdOf(name),
  name,
  secret: idOf(`secret ${name}`, 32),
  authPub: idOf(`auth ${name}`, 32),
  ownerPub: idOf(`owner ${name}`, 32),
  needsPassphrase: false,
  hosts: [idOf('host', 32)],
  issuedAt: 0,
  sig: idOf(`sig ${name}`, 64),
  participants: 0,
  ...more,
});

export const sampleListedRooms: readonly ListedRoom[] = [
  listedRoomOf('Allotment gardeners', { participants: 3 }),
  listedRoomOf('Book club', { participants: 1 }),
  listedRoomOf('Choir rehearsals, sopranos and altos, every second Thursday in the old school', { participants: 12 }),
  listedRoomOf('Parents of class 4b', { needsPassphrase: true, participants: 2 }),
  listedRoomOf('Repair café'),
  listedRoomOf('مجموعة القراءة (الأربعاء 19:30)', { participants: 2 }),
  listedRoomOf('W'.repeat(100)),
];
