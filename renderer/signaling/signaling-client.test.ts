import { ServerHost } from '@parley/shared/model';
import {
  type Outcome,
  ParticipantId,
  ResumeToken,
  RoomId,
  refuse,
  sentenceOf,
  toBase64Url,
} from '@parley/shared/protocol';
import { describe, expect, it } from 'vitest';
import { noLog } from '../log.ts';
import { fakeClock, settled } from '../testing/fake-clock.ts';
import { patient } from './retry-policy.ts';
import type { SeatState } from './seat.ts';
import { SignalingClient } from './signaling-client.ts';
import { usualSignalingPolicy } from './signaling-policy.ts';
import { fakeWires } from './testing/fake-wire.ts';

const host = ServerHost.parse('example.org');
const roomId = RoomId.parse(toBase64Url(new Uint8Array(16).fill(1)));
const otherRoomId = RoomId.parse(toBase64Url(new Uint8Array(16).fill(2)));
const me = ParticipantId.parse(toBase64Url(new Uint8Array(16).fill(3)));
const ana = ParticipantId.parse(toBase64Url(new Uint8Array(16).fill(4)));
const token = ResumeToken.parse(toBase64Url(new Uint8Array(32).fill(5)));
const box = 'A'.repeat(64);
const joined = (resumed = false) => ({
  ok: true,
  value: { participantId: me, resumeToken: token, resumed, participants: [], capacity: 16, ice: { iceServers: [] } },
});
const handed: Outcome<{ handedTo: number }> = { ok: true, value: { handedTo: 1 } };

function setUp() {
  const clock = fakeClock();
  const net = fakeWires();
  let counter = 0;
  const client = new SignalingClient(host, {
    openWire: net.open,
    clock,
    random: () => 1,
    randomBytes: (size) => new Uint8Array(size).fill(++counter),
    policy: usualSignalingPolicy(patient),
    log: noLog,
  });
  const states: SeatState['at'][] = [];
  const heard: string[] = [];
  const challenges: number[] = [];
  const join = (room = roomId) =>
    client.join(room, {
      prove: async (challenge) => {
        challenges.push(challenge[0] ?? -1);
        const key = toBase64Url(new Uint8Array(32));
        return { authPub: key, ownerPub: key, sig: toBase64Url(new Uint8Array(64)) };
      },
      joined: ({ resumed }) => heard.push(resumed ? 'resumed' : 'joined'),
      changed: (state) => states.push(state.at),
      signal: ({ from }) => heard.push(`signal from ${from === ana ? 'ana' : 'someone'}`),
      hint: (hint) => heard.push(hint),
    });
  const online = async () => {
    const seat = join();
    net.latest().greet();
    await settled();
    net.latest().answer('room:join', joined());
    await settled();
    return seat;
  };
  return { clock, net, client, states, heard, challenges, join, online };
}

describe('signaling client', () => {
  it('answers the challenge with the proof and is online after the acknowledgement', async () => {
    const { net, states, heard, challenges, online } = setUp();
    const seat = await online();
    expect(net.latest().host).toBe(host);
    expect(challenges).toEqual([1]);
    expect(states).toEqual(['online']);
    expect(seat.state).toEqual({ at: 'online' });
    expect(heard).toEqual(['joined']);
  });

  it('shares one socket between rooms and proves each membership with a challenge of its own', async () => {
    const { net, challenges, join, online } = setUp();
    await online();
    join(otherRoomId);
    await settled();
    const challenge = toBase64Url(new Uint8Array(32).fill(9));
    net.latest().answer('challenge:get', { ok: true, value: { v: 1, challenge, expiresInMs: 30_000 } });
    await settled();
    expect(challenges).toEqual([1, 9]);
    expect(net.wires).toHaveLength(1);
  });

  describe('when the network changes', () => {
    it('takes a new socket at once where an address is gone, and resumes its seat', async () => {
      const { net, client, states, online } = setUp();
      await online();
      client.networkChanged('lost');
      expect(net.wires).toHaveLength(2);
      net.latest().greet();
      await settled();
      net.latest().answer('room:join', joined(true));
      await settled();
      expect(states).toEqual(['online', 'reconnecting', 'online']);
    });

    it('asks the server after a sleep, and goes on where it answers', async () => {
      const { clock, net, client, challenges, join, online } = setUp();
      await online();
      client.networkChanged('woke');
      await settled();
      const challenge = toBase64Url(new Uint8Array(32).fill(7));
      net.latest().answer('challenge:get', { ok: true, value: { v: 1, challenge, expiresInMs: 30_000 } });
      await settled();
      clock.advance(10_000);
      expect(net.wires).toHaveLength(1);
      join(otherRoomId);
      await settled();
      expect(challenges).toEqual([1, 7]);
    });

    it('takes a new socket where the server does not answer after a sleep', async () => {
      const { clock, net, client, states, online } = setUp();
      await online();
      client.networkChanged('woke');
      await settled();
      net.latest().timeOut();
      await settled();
      expect(states).toEqual(['online', 'reconnecting']);
      clock.advance(300);
      expect(net.wires).toHaveLength(2);
    });

    it.each(['lost', 'found', 'woke'] as const)('tries an unreachable server again now: %s', async (how) => {
      const { net, client, join } = setUp();
      join();
      net.latest().refuse();
      expect(net.wires).toHaveLength(1);
      client.networkChanged(how);
      expect(net.wires).toHaveLength(2);
    });

    it('waits as long as a busy server asks for, and leaves an open socket alone where a network came', async () => {
      const { net, client, online } = setUp();
      await online();
      client.networkChanged('found');
      expect(net.wires).toHaveLength(1);
      const busy = setUp();
      busy.join();
      busy.net.latest().refuse({ code: 'server-busy', message: 'Busy.', retryAfterMs: 10_000 });
      busy.client.networkChanged('lost');
      expect(busy.net.wires).toHaveLength(1);
    });
  });

  it('reconnects with jitter and resumes the seat by its token', async () => {
    const { clock, net, states, heard, online } = setUp();
    await online();
    net.latest().drop();
    expect(states).toEqual(['online', 'reconnecting']);
    expect(net.wires).toHaveLength(1);
    clock.advance(300);
    expect(net.wires).toHaveLength(2);
    net.latest().greet();
    await settled();
    expect(net.latest().inputsOf('room:join')).toMatchObject([{ resumeToken: token }]);
    net.latest().answer('room:join', joined(true));
    await settled();
    expect(states).toEqual(['online', 'reconnecting', 'online']);
    expect(heard).toEqual(['joined', 'resumed']);
  });

  it('waits longer from attempt to attempt, five seconds at most', () => {
    expect([0, 1, 2, 3, 4, 5, 50].map((attempt) => patient.delayMs(attempt, () => 1))).toEqual([
      300, 600, 1_200, 2_400, 4_800, 5_000, 5_000,
    ]);
    expect(patient.delayMs(0, () => 0)).toBe(150);
  });

  it('says that the server does not answer, and keeps trying', () => {
    const { clock, net, join } = setUp();
    const seat = join();
    net.latest().refuse();
    expect(seat.state).toMatchObject({
      at: 'refused',
      retryAt: clock.now() + 300,
      refusal: { code: 'server-unreachable' },
    });
    clock.advance(5_000);
    expect(net.wires.length).toBeGreaterThan(1);
  });

  it('takes something that opens but gives no challenge for no Parley server', () => {
    const { clock, net, join } = setUp();
    const seat = join();
    net.latest().open();
    expect(seat.state).toMatchObject({
      at: 'refused',
      retryAt: clock.now() + 30_000,
      refusal: { code: 'not-a-server' },
    });
    expect(net.latest().closed).toBe(true);
  });

  it.each(['client-too-old', 'server-too-old'] as const)('meets a server of another version with %s', (code) => {
    const { net, join } = setUp();
    const seat = join();
    net.latest().refuse({ code, message: 'Another version.' });
    expect(seat.state).toMatchObject({ at: 'refused', refusal: { code } });
  });

  it('takes the reason that a refused connection carries', () => {
    const { clock, net, join } = setUp();
    const seat = join();
    net.latest().refuse({ code: 'blocked', message: 'Blocked.', retryAfterMs: 60_000 });
    expect(seat.state).toMatchObject({
      at: 'refused',
      retryAt: clock.now() + 66_000,
      refusal: { code: 'blocked' },
    });
  });

  it.each([-3_600_000, 86_400_000])('keeps the wait that a server asked for when the clock is set by %i ms', (byMs) => {
    const { clock, net, join } = setUp();
    join();
    net.latest().refuse({ code: 'blocked', message: 'Blocked.', retryAfterMs: 60_000 });
    clock.setWall(byMs);
    clock.advance(65_999);
    expect(net.wires).toHaveLength(1);
    clock.advance(1);
    expect(net.wires).toHaveLength(2);
    // The next failure asks for no wait of its own: nothing of the old one is left.
    net.latest().refuse(undefined);
    clock.advance(60_000);
    expect(net.wires.length).toBeGreaterThan(2);
  });

  it('tries a full room again by itself, and at once when asked to', async () => {
    const { clock, net, join } = setUp();
    const seat = join();
    net.latest().greet();
    await settled();
    net.latest().answer('room:join', refuse('room-full'));
    await settled();
    expect(seat.state).toMatchObject({ at: 'refused', refusal: { code: 'room-full' } });
    seat.retry();
    await settled();
    expect(net.latest().inputsOf('challenge:get')).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });

  it('says a refusal in Parley’s words and quotes the server’s own', async () => {
    const { net, join } = setUp();
    const seat = join();
    net.latest().greet();
    await settled();
    net.latest().answer('room:join', refuse('room-full', { message: 'Get the new Parley from us.' }));
    await settled();
    const message = `${sentenceOf('room-full')} ${host} says: “Get the new Parley from us.”`;
    expect(seat.state).toMatchObject({ at: 'refused', refusal: { message } });
  });

  it('waits as long as a rate limit says, and a random part longer', async () => {
    const { clock, net, join } = setUp();
    join();
    net.latest().greet();
    await settled();
    net.latest().answer('room:join', refuse('rate-limited', { retryAfterMs: 4_000 }));
    await settled();
    clock.advance(4_399);
    await settled();
    expect(net.latest().inputsOf('challenge:get')).toHaveLength(0);
    clock.advance(1);
    await settled();
    expect(net.latest().inputsOf('challenge:get')).toHaveLength(1);
  });

  it.each([2 ** 31, 2 ** 40])('takes a wait of %i ms for a long one, not for none', async (retryAfterMs) => {
    const { clock, net, join } = setUp();
    join();
    net.latest().greet();
    await settled();
    net.latest().answer('room:join', refuse('rate-limited', { retryAfterMs }));
    await settled();
    clock.advance(60_000);
    await settled();
    expect(net.latest().inputsOf('challenge:get')).toHaveLength(0);
    net.latest().drop();
    clock.advance(300);
    net.latest().refuse({ code: 'rate-limited', message: 'Wait.', retryAfterMs });
    clock.advance(60_000);
    expect(net.wires).toHaveLength(2);
  });

  it('waits a second at least, whatever a server asks for', async () => {
    const { clock, net, join } = setUp();
    join();
    net.latest().greet();
    await settled();
    for (let i = 0; i < 3; i++) {
      if (i > 0) {
        const challenge = toBase64Url(new Uint8Array(32).fill(9));
        net.latest().answer('challenge:get', { ok: true, value: { v: 1, challenge, expiresInMs: 30_000 } });
        await settled();
      }
      net.latest().answer('room:join', refuse('rate-limited', { retryAfterMs: 0 }));
      await settled();
      clock.advance(1_099);
      await settled();
      expect(net.latest().inputsOf('challenge:get')).toHaveLength(i);
      clock.advance(1);
      await settled();
    }
  });

  it('holds a signal back for as long as the server asks, and no shorter than makes sense', async () => {
    const { clock, net, online } = setUp();
    const seat = await online();
    void seat.send(ana, box, () => true);
    await settled();
    for (const retryAfterMs of [0, 2 ** 40]) {
      net.latest().answer('signal:send', refuse('rate-limited', { retryAfterMs }));
      await settled();
      clock.advance(49);
      await settled();
      expect(net.latest().inputsOf('signal:send')).toHaveLength(retryAfterMs === 0 ? 1 : 2);
      clock.advance(1);
      await settled();
    }
    expect(net.latest().inputsOf('signal:send')).toHaveLength(2);
  });

  it('says so and waits when a server finds every answer to its challenge too late', async () => {
    const { clock, net, join, states } = setUp();
    const seat = join();
    net.latest().greet();
    await settled();
    const challenge = toBase64Url(new Uint8Array(32).fill(9));
    const refused = async () => {
      net.latest().answer('room:join', refuse('challenge-expired'));
      await settled();
    };
    const asked = async (byMs: number) => {
      clock.advance(byMs);
      await settled();
      return net.latest().inputsOf('challenge:get').length;
    };
    await refused();
    // Once it is only bad luck.
    expect([await asked(0), states]).toEqual([1, []]);
    net.latest().answer('challenge:get', { ok: true, value: { v: 1, challenge, expiresInMs: 30_000 } });
    await settled();
    await refused();
    expect(seat.state).toMatchObject({
      at: 'refused',
      retryAt: clock.now() + 1_200,
      refusal: { code: 'challenge-expired' },
    });
    expect([await asked(999), await asked(201)]).toEqual([1, 2]);
    net.latest().answer('challenge:get', { ok: true, value: { v: 1, challenge, expiresInMs: 30_000 } });
    await settled();
    await refused();
    expect([await asked(2_399), await asked(1)]).toEqual([2, 3]);
  });

  it('sends an unanswered signal again with the same id after the reconnect', async () => {
    const { clock, net, online } = setUp();
    const seat = await online();
    const sent = seat.send(ana, box, () => true);
    await settled();
    const first = net.latest().inputsOf('signal:send');
    net.latest().drop();
    clock.advance(300);
    net.latest().greet();
    await settled();
    net.latest().answer('room:join', joined(true));
    await settled();
    expect(net.latest().inputsOf('signal:send')).toEqual(first);
    net.latest().answer('signal:send', handed);
    expect(await sent).toEqual(handed);
  });

  it('keeps a signal that a stopping server refuses, and those behind it, for the next session (P7)', async () => {
    const { clock, net, online } = setUp();
    const seat = await online();
    const sent = [1, 2].map((n) => seat.send(ana, `${box}${n}`, () => true));
    await settled();
    const stopping = net.latest();
    const [first] = stopping.inputsOf('signal:send');
    stopping.answer('signal:send', refuse('server-draining'));
    await settled();
    expect(stopping.inputsOf('signal:send')).toEqual([first]);
    stopping.drop();
    clock.advance(300);
    net.latest().greet();
    await settled();
    net.latest().answer('room:join', joined(true));
    await settled();
    expect(net.latest().inputsOf('signal:send')).toEqual([first]);
    for (const each of sent) {
      net.latest().answer('signal:send', handed);
      expect(await each).toEqual(handed);
    }
    expect(net.latest().inputsOf('signal:send')).toMatchObject([first, { box: `${box}2` }]);
  });

  it('leaves a server that says it stops and stays', async () => {
    const { clock, net, online } = setUp();
    const seat = await online();
    void seat.send(ana, box, () => true);
    await settled();
    net.latest().answer('signal:send', refuse('server-draining'));
    await settled();
    clock.advance(5_999);
    expect(net.latest().closed).toBe(false);
    clock.advance(1);
    expect(net.latest().closed).toBe(true);
    clock.advance(300);
    expect(net.wires).toHaveLength(2);
  });

  it('says a signal again when the server was too busy for it', async () => {
    const { clock, net, online } = setUp();
    const seat = await online();
    const sent = seat.send(ana, box, () => true);
    await settled();
    net.latest().answer('signal:send', refuse('server-busy', { retryAfterMs: 500 }));
    await settled();
    clock.advance(500);
    await settled();
    const [first, again] = net.latest().inputsOf('signal:send');
    expect(again).toEqual(first);
    net.latest().answer('signal:send', handed);
    expect(await sent).toEqual(handed);
  });

  it('does not send a signal again that nobody wants any more', async () => {
    const { clock, net, online } = setUp();
    const seat = await online();
    let wanted = true;
    const sent = seat.send(ana, box, () => wanted);
    await settled();
    net.latest().drop();
    wanted = false;
    clock.advance(300);
    net.latest().greet();
    await settled();
    net.latest().answer('room:join', joined(true));
    expect(await sent).toMatchObject({ ok: false, code: 'cancelled' });
    expect(net.latest().inputsOf('signal:send')).toEqual([]);
  });

  it('answers for signals that nobody wants any more as soon as the server is gone', async () => {
    const { net, online } = setUp();
    const seat = await online();
    const farewells = [1, 2].map((n) => seat.send(ana, `${box}${n}`, () => seat.state.at === 'online'));
    await settled();
    net.latest().timeOut();
    expect(await Promise.all(farewells)).toMatchObject([{ code: 'cancelled' }, { code: 'cancelled' }]);
    expect(seat.state.at).toBe('reconnecting');
  });

  it('takes a new seat in a room while the server has not heard yet that the last one was left', async () => {
    const { net, client, join, online } = setUp();
    const seat = await online();
    const left = seat.leave();
    const again = join();
    await settled();
    const challenge = toBase64Url(new Uint8Array(32).fill(9));
    net.latest().answer('room:leave', { ok: true, value: {} });
    await left;
    net.latest().answer('challenge:get', { ok: true, value: { v: 1, challenge, expiresInMs: 30_000 } });
    await settled();
    net.latest().answer('room:join', joined());
    await settled();
    expect([again.state.at, client.openResources.seats, net.latest().closed]).toEqual(['online', 1, false]);
    expect(() => join()).toThrow();
  });

  describe('when its seat moved to another window or device (S2)', () => {
    const moved = { roomId, code: 'seat-moved', message: 'Moved.' };

    it('says so, sends nothing more, and does not take it back by itself', async () => {
      const { clock, net, states, online } = setUp();
      const seat = await online();
      const signals = [1, 2].map((n) => seat.send(ana, `${box}${n}`, () => true));
      await settled();
      const wire = net.latest();
      wire.say('seat:moved', moved);
      expect(seat.state).toMatchObject({ at: 'refused', retryAt: null, refusal: { code: 'seat-moved' } });
      expect(await Promise.all(signals)).toMatchObject([{ code: 'seat-moved' }, { code: 'seat-moved' }]);
      expect(await seat.send(ana, box, () => true)).toMatchObject({ ok: false, code: 'seat-moved' });
      // A server closes a socket that sits in no room.
      wire.say('server:closing', { code: 'timed-out' });
      wire.drop();
      for (let minute = 0; minute < 60; minute++) clock.advance(60_000);
      expect([net.wires.length, states]).toEqual([1, ['online', 'refused']]);
    });

    it('stays in its other rooms, through a reconnect too', async () => {
      const { clock, net, join, online } = setUp();
      const seat = await online();
      const other = join(otherRoomId);
      await settled();
      const challenge = toBase64Url(new Uint8Array(32).fill(9));
      net.latest().answer('challenge:get', { ok: true, value: { v: 1, challenge, expiresInMs: 30_000 } });
      await settled();
      net.latest().answer('room:join', joined());
      await settled();
      net.latest().say('seat:moved', moved);
      net.latest().drop();
      clock.advance(300);
      net.latest().greet();
      await settled();
      expect(net.latest().inputsOf('room:join')).toMatchObject([{ roomId: otherRoomId }]);
      net.latest().answer('room:join', joined(true));
      await settled();
      expect([seat.state.at, other.state.at]).toEqual(['refused', 'online']);
    });

    it('comes in again with a seat of its own when the person asks for it', async () => {
      const { clock, net, online } = setUp();
      const seat = await online();
      net.latest().say('seat:moved', moved);
      net.latest().drop();
      clock.advance(60_000);
      seat.retry();
      expect(net.wires).toHaveLength(2);
      net.latest().greet();
      await settled();
      const [asked] = net.latest().inputsOf('room:join');
      expect(asked).toMatchObject({ roomId });
      expect(asked).not.toHaveProperty('resumeToken');
      net.latest().answer('room:join', joined());
      await settled();
      expect(seat.state.at).toBe('online');
    });

    it('tells the server of no leave, since the seat is another one’s', async () => {
      const { net, client, online } = setUp();
      const seat = await online();
      net.latest().say('seat:moved', moved);
      await seat.leave();
      expect(net.latest().inputsOf('room:leave')).toEqual([]);
      expect(client.openResources).toEqual({ timers: 0, seats: 0 });
    });
  });

  it('keeps the order of signals', async () => {
    const { net, online } = setUp();
    const seat = await online();
    void seat.send(ana, `${box}1`, () => true);
    void seat.send(ana, `${box}2`, () => true);
    await settled();
    expect(net.latest().inputsOf('signal:send')).toHaveLength(1);
    net.latest().answer('signal:send', handed);
    await settled();
    expect(net.latest().inputsOf('signal:send')).toMatchObject([{ box: `${box}1` }, { box: `${box}2` }]);
  });

  it('moves when a draining server says so, not before', async () => {
    const { clock, net, online } = setUp();
    await online();
    net.latest().say('server:drain', { retryAfterMs: 2_000 });
    clock.advance(1_999);
    expect(net.wires).toHaveLength(1);
    clock.advance(1 + 300);
    expect(net.wires).toHaveLength(2);
  });

  it.each([2 ** 31, 2 ** 40])('stays with a server that drains in %i ms', async (retryAfterMs) => {
    const { clock, net, online } = setUp();
    await online();
    net.latest().say('server:drain', { retryAfterMs });
    clock.advance(60_000);
    expect(net.wires).toHaveLength(1);
  });

  it('drops malformed events and passes good ones on', async () => {
    const { net, heard, online } = setUp();
    await online();
    const id = toBase64Url(new Uint8Array(16));
    net.latest().say('signal:received', { roomId, from: ana, id, toAll: false, box: '<script>' });
    net.latest().say('signal:received', { roomId, from: ana, id, toAll: false, box });
    net.latest().say('participant:left', { roomId, participantId: 'x' });
    net.latest().say('participant:left', { roomId, participantId: ana });
    net.latest().say('made:up', {});
    expect(heard).toEqual(['joined', 'signal from ana', 'left']);
  });

  describe('with a server that refuses this person', () => {
    it.each([
      ['access-refused', 'get-access'],
      ['access-expired', 'renew-access'],
      ['access-revoked', 'renew-access'],
    ] as const)('says %s and what helps, and does not try the same right every few seconds', (code, remedy) => {
      const { clock, net, client, join } = setUp();
      join();
      net.latest().refuse({ code, message: 'No.' });
      expect(client.connection).toMatchObject({ at: 'refused', remedy, refusal: { code } });
      clock.advance(299_999);
      expect(net.wires).toHaveLength(1);
      client.retry();
      expect(net.wires).toHaveLength(2);
    });

    it('says that the server is busy and when it tries again, also to a seat that was online', async () => {
      const { clock, net, client, online } = setUp();
      const seat = await online();
      net.latest().drop();
      expect(client.connection).toMatchObject({ at: 'refused', refusal: { code: 'server-unreachable' } });
      expect(seat.state.at).toBe('reconnecting');
      clock.advance(300);
      net.latest().refuse({ code: 'server-busy', message: 'Busy.', retryAfterMs: 20_000 });
      const retryAt = clock.now() + 22_000;
      expect(seat.state).toMatchObject({ at: 'refused', retryAt, refusal: { code: 'server-busy' } });
      expect(client.connection).toMatchObject({ at: 'refused', remedy: 'wait', retryAt });
      clock.advance(21_999);
      expect(net.wires).toHaveLength(2);
      clock.advance(1);
      expect([net.wires.length, client.connection.at]).toEqual([3, 'reconnecting']);
    });
  });

  describe('asked without a seat', () => {
    const list = { ok: true, value: { items: [], total_count: 0, returned_count: 0, has_more: false } };

    it('opens a socket for the question, keeps it for the next one, and closes it afterwards', async () => {
      const { clock, net, client } = setUp();
      const first = client.ask('room:list', { limit: 20 });
      net.latest().greet();
      await settled();
      net.latest().answer('room:list', list);
      expect(await first).toMatchObject({ ok: true });
      const second = client.ask('room:list', { limit: 20 });
      await settled();
      net.latest().answer('room:list', list);
      expect(await second).toMatchObject({ ok: true });
      expect([net.wires.length, net.latest().closed]).toEqual([1, false]);
      clock.advance(15_000);
      expect([net.latest().closed, client.connection, clock.pending]).toEqual([true, { at: 'offline' }, 0]);
    });

    it('answers with what keeps the server from answering, and leaves nothing behind', async () => {
      const { clock, net, client } = setUp();
      const asked = client.ask('room:list', { limit: 20 });
      net.latest().refuse({ code: 'access-refused', message: 'No.' });
      expect(await asked).toMatchObject({ ok: false, code: 'access-refused' });
      clock.advance(600_000);
      expect([net.wires.length, client.connection.at, clock.pending]).toEqual([1, 'offline', 0]);
    });

    it('does not close the socket of a room that was entered meanwhile', async () => {
      const { clock, net, client, online } = setUp();
      const asked = client.ask('room:list', { limit: 20 });
      net.latest().greet();
      await settled();
      net.latest().answer('room:list', list);
      await asked;
      await online();
      clock.advance(60_000);
      expect([net.wires.length, net.latest().closed]).toEqual([1, false]);
    });
  });

  it('leaves nothing behind when the last seat is left', async () => {
    const { clock, net, client, online } = setUp();
    const seat = await online();
    const left = seat.leave();
    net.latest().answer('room:leave', { ok: true, value: {} });
    await left;
    expect(client.openResources).toEqual({ timers: 0, seats: 0 });
    expect(net.latest().closed).toBe(true);
    expect(clock.pending).toBe(0);
  });
});
