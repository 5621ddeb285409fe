import { createHash } from 'node:crypto';
import {
  ParticipantId,
  ResumeToken,
  RoomId,
  SealedBox,
  type ServerEvent,
  type ServerPayload,
  SignalId,
  toBase64Url,
} from '@parley/shared/protocol';
import { describe, expect, it } from 'vitest';
import { createLog } from '../log.ts';
import { Counters } from '../metrics/counters.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import type { Delivery } from './relay.ts';
import type { Seat, SeatConnection } from './room.ts';
import type { RecordSeat } from './room-record.ts';
import { Rooms, type RoomsPolicy, type TakenSeat } from './rooms.ts';

const roomA = RoomId.parse(toBase64Url(new Uint8Array(16).fill(1)));
const roomB = RoomId.parse(toBase64Url(new Uint8Array(16).fill(2)));
const box = SealedBox.parse('x'.repeat(40));
const signalId = (n: number) => SignalId.parse(toBase64Url(new Uint8Array(16).fill(n)));

class Connection implements SeatConnection {
  readonly seats = new Map<RoomId, Seat>();
  isOpen = () => true;
  readonly heard: { event: ServerEvent; payload: unknown }[] = [];
  reads = true;

  send<E extends ServerEvent>(event: E, payload: ServerPayload<E>): boolean {
    if (this.reads) this.heard.push({ event, payload });
    return this.reads;
  }

  events(): string[] {
    return this.heard.map(({ event }) => event);
  }
}

/** A seat of another node. */
const elsewhere = (generation: number): RecordSeat => ({
  node: 'two',
  token: 't'.repeat(43),
  generation,
  moves: 0,
  awayUntil: null,
});

const { log } = createLog({ logLevel: 'silent', logPretty: false }, { write: () => {} });

function setUp(policy: Partial<RoomsPolicy> = {}) {
  const clock = new FakeClock();
  const counters = new Counters();
  let drawn = 0;
  const random = (sizeBytes: number) => {
    drawn += 1;
    const seed = createHash('sha256').update(`draw ${drawn}`).digest();
    return new Uint8Array(seed.subarray(0, sizeBytes));
  };
  const rooms = new Rooms(
    { roomCapacity: 4, seatGraceMs: 30_000, roomLingerMs: 0, signalsPerLink: 10, relayedPerMinute: 20, ...policy },
    { clock, log, random, pseudonymOf: (id) => `hash of ${id.length}`, counters, node: undefined },
  );
  const enter = (connection: Connection, room = roomA, token?: ResumeToken): TakenSeat => {
    const outcome = rooms.join(connection, room, token);
    if (outcome instanceof Promise) throw new Error('a server that is alone decides at once');
    if (!outcome.ok) throw new Error(outcome.code);
    return outcome.value;
  };
  const send = (connection: Connection, to: ParticipantId | '*', n = 1, room = roomA) => {
    const outcome = rooms.relay.send(connection, { roomId: room, to, id: signalId(n), box });
    if (outcome instanceof Promise) throw new Error('a server that is alone answers at once');
    return outcome;
  };
  const deliver = (delivery: Delivery): number => {
    const room = rooms.seats.room(roomA);
    return room ? rooms.relay.deliver(room, delivery) : 0;
  };
  return { clock, counters, rooms, enter, send, deliver };
}

describe('taking a seat (S1, S2)', () => {
  it('tells a newcomer who is there and the others who came', () => {
    const { enter } = setUp();
    const ana = new Connection();
    const ben = new Connection();
    const first = enter(ana);
    const second = enter(ben);
    expect(first.others).toEqual([]);
    expect(second.others).toEqual([{ participantId: first.seat.participantId, away: false }]);
    expect(ana.heard).toEqual([
      { event: 'participant:joined', payload: { roomId: roomA, participantId: second.seat.participantId } },
    ]);
    expect(ben.heard).toEqual([]);
  });

  it('gives the same seat to the same socket and tells nobody again', () => {
    const { rooms, enter } = setUp();
    const ana = new Connection();
    const ben = new Connection();
    enter(ana);
    const first = enter(ben);
    const again = enter(ben);
    expect(again.seat).toBe(first.seat);
    expect(again.resumed).toBe(true);
    expect(ana.events()).toEqual(['participant:joined']);
    expect(rooms.seats.counts().participants).toBe(2);
    // The answer that arrived last holds the token that works.
    expect(rooms.knowsToken(roomA, again.resumeToken)).toBe(true);
  });

  it('refuses the seat after the last and serves it when one is free', () => {
    const { rooms, enter } = setUp({ roomCapacity: 2 });
    const ana = new Connection();
    enter(ana);
    enter(new Connection());
    const late = new Connection();
    expect(rooms.join(late, roomA, undefined)).toMatchObject({ ok: false, code: 'room-full' });
    rooms.seats.leave(ana, roomA);
    expect(rooms.join(late, roomA, undefined)).toMatchObject({ ok: true });
  });

  it('refuses the 33rd room of one socket', () => {
    const { rooms, enter } = setUp();
    const ana = new Connection();
    for (let n = 0; n < 32; n++) enter(ana, RoomId.parse(toBase64Url(new Uint8Array(16).fill(100 + n))));
    expect(rooms.join(ana, roomA, undefined)).toMatchObject({ ok: false, code: 'too-many-rooms' });
  });
});

describe('losing the socket (S2)', () => {
  it('keeps the seat for the grace time: the others see away, then back, never a leave', () => {
    const { clock, rooms, enter } = setUp();
    const ana = new Connection();
    const ben = new Connection();
    enter(ana);
    const before = enter(ben);
    rooms.seats.lost(ben);
    expect(rooms.seats.counts()).toMatchObject({ participants: 2, away: 1 });
    clock.advance(29_999);
    const back = new Connection();
    const after = enter(back, roomA, before.resumeToken);
    expect(after).toMatchObject({ resumed: true, resumeToken: before.resumeToken });
    expect(after.seat.participantId).toBe(before.seat.participantId);
    clock.advance(60_000);
    expect(ana.events()).toEqual(['participant:joined', 'participant:away', 'participant:back']);
    expect(rooms.seats.counts()).toMatchObject({ participants: 2, away: 0 });
  });

  it('ends the seat after the grace time; its token then gives a new one', () => {
    const { clock, rooms, enter } = setUp();
    const ana = new Connection();
    const ben = new Connection();
    enter(ana);
    const before = enter(ben);
    rooms.seats.lost(ben);
    clock.advance(30_000);
    expect(ana.events()).toEqual(['participant:joined', 'participant:away', 'participant:left']);
    const after = enter(new Connection(), roomA, before.resumeToken);
    expect(after.resumed).toBe(false);
    expect(after.seat.participantId).not.toBe(before.seat.participantId);
  });

  it('lets a new socket take over from one that is still thought alive, and ignores the late end of the old', () => {
    const { clock, rooms, enter, send } = setUp();
    const ana = new Connection();
    const old = new Connection();
    enter(ana);
    const before = enter(old);
    const fresh = new Connection();
    const after = enter(fresh, roomA, before.resumeToken);
    expect(after.seat).toBe(before.seat);
    rooms.seats.lost(old);
    clock.advance(60_000);
    expect(rooms.seats.counts()).toMatchObject({ participants: 2, away: 0 });
    expect(send(ana, after.seat.participantId)).toMatchObject({ ok: true });
    expect(fresh.events()).toEqual(['signal:received']);
    expect(old.heard).toEqual([
      { event: 'seat:moved', payload: { roomId: roomA, code: 'seat-moved', message: expect.any(String) } },
    ]);
    expect(ana.events()).toEqual(['participant:joined', 'participant:back']);
    expect(send(old, '*')).toMatchObject({ ok: false, code: 'not-in-room' });
  });

  it('ends a fight for a seat: the third move in a row makes the token they share worthless', () => {
    const { rooms, enter } = setUp();
    const { seat, resumeToken } = enter(new Connection());
    // A client that missed an answer still comes back with the token that it has.
    for (let move = 1; move <= 2; move++) {
      const moved = enter(new Connection(), roomA, resumeToken);
      expect([moved.seat, moved.resumeToken]).toEqual([seat, resumeToken]);
    }
    const winner = new Connection();
    const last = enter(winner, roomA, resumeToken);
    expect(last.seat).toBe(seat);
    expect(enter(new Connection(), roomA, resumeToken)).toMatchObject({ resumed: false });
    expect(winner.events()).toEqual(['participant:joined']);
    // A socket that was lost is no fight, however often.
    let connection = winner;
    for (let time = 0; time < 5; time++) {
      rooms.seats.lost(connection);
      connection = new Connection();
      const back = enter(connection, roomA, last.resumeToken);
      expect([back.seat, back.resumeToken]).toEqual([seat, last.resumeToken]);
    }
  });

  it('does not resume by a wrong token or in another room', () => {
    const { enter } = setUp();
    const ana = new Connection();
    const mine = enter(ana);
    const wrong = ResumeToken.parse(toBase64Url(new Uint8Array(32).fill(9)));
    expect(enter(new Connection(), roomA, wrong).resumed).toBe(false);
    expect(enter(new Connection(), roomB, mine.resumeToken).resumed).toBe(false);
  });

  it('keeps only a hash of the token', () => {
    const { enter } = setUp();
    const taken = enter(new Connection());
    expect(taken.seat.record.token).not.toContain(taken.resumeToken);
    expect(Object.values(taken.seat)).not.toContain(taken.resumeToken);
  });

  it('ends seats at once without a grace time', () => {
    const { rooms, enter } = setUp({ seatGraceMs: 0 });
    const ana = new Connection();
    enter(ana);
    rooms.seats.lost(ana);
    expect(rooms.seats.counts()).toEqual({ rooms: 0, participants: 0, away: 0, streams: 0 });
  });
});

describe('the record of a room (S1)', () => {
  it('vanishes with its last seat', () => {
    const { rooms, enter } = setUp();
    const ana = new Connection();
    enter(ana);
    rooms.seats.leave(ana, roomA);
    expect(rooms.seats.counts()).toEqual({ rooms: 0, participants: 0, away: 0, streams: 0 });
  });

  it('lingers as long as it is told to, unless somebody comes', () => {
    const { clock, rooms, enter } = setUp({ roomLingerMs: 1_000 });
    const ana = new Connection();
    enter(ana);
    rooms.seats.leave(ana, roomA);
    clock.advance(999);
    expect(rooms.seats.counts().rooms).toBe(1);
    enter(ana);
    clock.advance(10_000);
    expect(rooms.seats.counts().rooms).toBe(1);
    rooms.seats.leave(ana, roomA);
    clock.advance(1_000);
    expect(rooms.seats.counts().rooms).toBe(0);
  });

  it('leaves no timer behind when everything closes', () => {
    const { clock, rooms, enter } = setUp({ roomLingerMs: 1_000 });
    const ana = new Connection();
    const ben = new Connection();
    enter(ana);
    enter(ben, roomB);
    rooms.seats.lost(ana);
    rooms.seats.leave(ben, roomB);
    expect(clock.pending).toBe(2);
    rooms.seats.close();
    expect(clock.pending).toBe(0);
  });
});

describe('relaying (S3)', () => {
  it('hands a box untouched to one, with the sender stamped on', () => {
    const { enter, send } = setUp();
    const ana = new Connection();
    const ben = new Connection();
    const eve = new Connection();
    const from = enter(ana).seat.participantId;
    const to = enter(ben).seat.participantId;
    enter(eve);
    ben.heard.length = 0;
    eve.heard.length = 0;
    expect(send(ana, to)).toEqual({ ok: true, value: { handedTo: 1 } });
    expect(ben.heard).toEqual([
      { event: 'signal:received', payload: { roomId: roomA, from, id: signalId(1), toAll: false, box } },
    ]);
    expect(eve.heard).toEqual([]);
  });

  it('hands a box for all to everyone else who is here', () => {
    const { rooms, enter, send } = setUp();
    const [ana, ben, eve, away] = [new Connection(), new Connection(), new Connection(), new Connection()];
    for (const connection of [ana, ben, eve, away]) enter(connection);
    rooms.seats.lost(away);
    for (const connection of [ana, ben, eve]) connection.heard.length = 0;
    expect(send(ana, '*')).toEqual({ ok: true, value: { handedTo: 2 } });
    expect(ana.heard).toEqual([]);
    expect(ben.heard).toMatchObject([{ payload: { toAll: true } }]);
    expect(eve.heard).toMatchObject([{ payload: { toAll: true } }]);
  });

  it('hands everyone one and the same object, so that a box for all is written once', () => {
    const { enter, send, deliver } = setUp();
    const connections = [new Connection(), new Connection(), new Connection()];
    const [ada, ben, eve] = connections;
    if (!ada || !ben || !eve) throw new Error('no connections');
    for (const connection of connections) enter(connection);
    send(ada, '*');
    expect(ben.heard.at(-1)).toMatchObject({ event: 'signal:received' });
    expect(ben.heard.at(-1)?.payload).toBe(eve.heard.at(-1)?.payload);
    const from = ada.seats.get(roomA)?.participantId;
    if (!from) throw new Error('no seat');
    deliver({ from, to: '*', id: signalId(2), toAll: true, box });
    expect(ben.heard.at(-1)).toMatchObject({ payload: { id: signalId(2) } });
    expect(ben.heard.at(-1)?.payload).toBe(eve.heard.at(-1)?.payload);
  });

  it('refuses whoever has no seat in the room, in the same words whether the room exists or not', () => {
    const { enter, send } = setUp();
    const ana = new Connection();
    const eve = new Connection();
    enter(ana);
    enter(eve, roomB);
    const foreign = send(eve, '*');
    const nowhere = send(eve, '*', 2, RoomId.parse(toBase64Url(new Uint8Array(16).fill(7))));
    expect(foreign).toEqual(nowhere);
    expect(foreign).toMatchObject({ ok: false, code: 'not-in-room' });
  });

  it('never crosses rooms, even to a participant the sender knows from elsewhere', () => {
    const { enter, send } = setUp();
    const ana = new Connection();
    const ben = new Connection();
    enter(ana, roomA);
    const inB = enter(ben, roomB).seat.participantId;
    enter(ben, roomA);
    expect(send(ana, inB)).toMatchObject({ ok: false, code: 'participant-gone' });
  });

  it('says participant-gone for who is away, who does not read, and oneself', () => {
    const { rooms, enter, send } = setUp();
    const [ana, ben, slow] = [new Connection(), new Connection(), new Connection()];
    const own = enter(ana).seat.participantId;
    const away = enter(ben).seat.participantId;
    const deaf = enter(slow).seat.participantId;
    rooms.seats.lost(ben);
    slow.reads = false;
    for (const to of [away, deaf, own]) expect(send(ana, to)).toMatchObject({ ok: false, code: 'participant-gone' });
  });

  it('acknowledges the same id again within a minute without sending twice', () => {
    const { clock, enter, send } = setUp();
    const ana = new Connection();
    const ben = new Connection();
    enter(ana);
    const to = enter(ben).seat.participantId;
    send(ana, to);
    clock.advance(59_000);
    expect(send(ana, to)).toEqual({ ok: true, value: { handedTo: 1 } });
    expect(ben.events()).toEqual(['signal:received']);
    clock.advance(121_000);
    send(ana, to);
    expect(ben.events()).toEqual(['signal:received', 'signal:received']);
  });

  it('keeps ids apart by sender', () => {
    const { enter, send } = setUp();
    const [ana, ben, cem] = [new Connection(), new Connection(), new Connection()];
    enter(ana);
    enter(ben);
    const to = enter(cem).seat.participantId;
    send(ana, to);
    send(ben, to);
    expect(cem.events()).toEqual(['signal:received', 'signal:received']);
  });

  it('sends again what could not be handed on the first time', () => {
    const { rooms, enter, send } = setUp();
    const ana = new Connection();
    const ben = new Connection();
    enter(ana);
    const seat = enter(ben);
    rooms.seats.lost(ben);
    expect(send(ana, seat.seat.participantId)).toMatchObject({ code: 'participant-gone' });
    const back = new Connection();
    enter(back, roomA, seat.resumeToken);
    expect(send(ana, seat.seat.participantId)).toMatchObject({ ok: true });
    expect(back.events()).toEqual(['signal:received']);
  });

  it('hands nothing on twice that is said again here after the node it was said at died (P6, P7)', () => {
    const { rooms, enter, send, deliver } = setUp();
    const [ben, cem] = [new Connection(), new Connection()];
    const to = enter(ben).seat.participantId;
    enter(cem);
    const from = ParticipantId.parse(toBase64Url(new Uint8Array(16).fill(77)));
    rooms.seats.setRemote(roomA, new Map([[from, elsewhere(1)]]));
    const said = { from, id: signalId(1), box };
    expect(deliver({ ...said, to, toAll: false })).toBe(1);
    expect(deliver({ ...said, id: signalId(2), to: '*', toAll: true })).toBe(2);

    const ana = new Connection();
    const token = ResumeToken.parse(toBase64Url(new Uint8Array(32).fill(78)));
    rooms.seats.place(ana, roomA, { participantId: from, token, resumed: true, record: elsewhere(2) });
    expect(send(ana, to)).toMatchObject({ ok: true, value: { handedTo: 1 } });
    expect(send(ana, '*', 2)).toMatchObject({ ok: true, value: { handedTo: 2 } });
    expect(ben.events().filter((event) => event === 'signal:received')).toHaveLength(2);
    expect(cem.events().filter((event) => event === 'signal:received')).toHaveLength(1);
    // New signals go on as before.
    expect(send(ana, to, 3)).toMatchObject({ ok: true, value: { handedTo: 1 } });
    expect(ben.events().filter((event) => event === 'signal:received')).toHaveLength(3);
  });

  it.each(['before', 'after'])(
    'hands nothing on twice that was said here and is said again at another node, %s this one hears of the move (P6, P7)',
    (when) => {
      const { rooms, enter, send, deliver } = setUp();
      const [ana, ben] = [new Connection(), new Connection()];
      const from = enter(ana).seat.participantId;
      const to = enter(ben).seat.participantId;
      send(ana, to, 1);
      send(ana, '*', 2);
      if (when === 'after') rooms.seats.setRemote(roomA, new Map([[from, elsewhere(2)]]));
      const received = () => ben.events().filter((event) => event === 'signal:received').length;
      expect(deliver({ from, to, id: signalId(1), toAll: false, box })).toBe(1);
      expect(deliver({ from, to: '*', id: signalId(2), toAll: true, box })).toBe(1);
      expect(received()).toBe(2);
      expect(deliver({ from, to, id: signalId(3), toAll: false, box })).toBe(1);
      expect(received()).toBe(3);
    },
  );

  it('holds back a flood and tells truthfully when the next is served (R5, R6, P5)', () => {
    // Room for 3 others × 10 at once, then 20 a minute.
    const { clock, enter, send } = setUp();
    const ana = new Connection();
    const ben = new Connection();
    enter(ana);
    const to = enter(ben).seat.participantId;
    for (let n = 0; n < 30; n++) expect(send(ana, to, n)).toMatchObject({ ok: true });
    const refused = send(ana, to, 31);
    expect(refused).toMatchObject({ ok: false, code: 'rate-limited', retryAfterMs: 3_000 });
    clock.advance(2_999);
    expect(send(ana, to, 31)).toMatchObject({ ok: false, retryAfterMs: 1 });
    clock.advance(1);
    expect(send(ana, to, 31)).toMatchObject({ ok: true });
    expect(send(ana, to, 32)).toMatchObject({ ok: false });
  });

  it('counts a participant and not each pair: with three others there are no more boxes a minute (R5)', () => {
    const { clock, enter, send } = setUp();
    const connections = [new Connection(), new Connection(), new Connection(), new Connection()] as const;
    const [, ...others] = connections.map((connection) => enter(connection).seat.participantId);
    for (let n = 0; n < 30; n++) expect(send(connections[0], others[n % 3] ?? '*', n)).toMatchObject({ ok: true });
    clock.advance(60_000);
    const sent = Array.from({ length: 60 }, (_, n) => send(connections[0], others[n % 3] ?? '*', 100 + n).ok);
    expect(sent.filter((ok) => ok)).toHaveLength(20);
  });

  it('counts a box for all once for each it is for (R6)', () => {
    const { enter, send } = setUp();
    const connections = [new Connection(), new Connection(), new Connection(), new Connection()] as const;
    for (const connection of connections) enter(connection);
    for (let n = 0; n < 10; n++) expect(send(connections[0], '*', n)).toMatchObject({ ok: true });
    expect(send(connections[0], '*', 11)).toMatchObject({ ok: false, code: 'rate-limited' });
  });
});

describe('streams (S2)', () => {
  it('counts each kind once and takes them away with the seat', () => {
    const { rooms, counters, enter } = setUp();
    const ana = new Connection();
    enter(ana);
    rooms.seats.startStream(ana, roomA, 'camera');
    rooms.seats.startStream(ana, roomA, 'camera');
    rooms.seats.startStream(ana, roomA, 'screen');
    expect(rooms.seats.counts().streams).toBe(2);
    rooms.seats.stopStream(ana, roomA, 'screen');
    rooms.seats.leave(ana, roomA);
    expect(rooms.seats.counts().streams).toBe(0);
    expect([counters.streamsStarted, counters.streamsEnded]).toEqual([2, 2]);
    expect(rooms.seats.startStream(ana, roomA, 'camera')).toBe(false);
  });
});
