import { createHash } from 'node:crypto';
import {
  LIMITS,
  type ParticipantId,
  type ResumeToken,
  RoomId,
  SealedBox,
  type ServerEvent,
  type ServerPayload,
  SignalId,
  toBase64Url,
} from '@parley/shared/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import type { BackplaneListener } from '../cluster/backplane.ts';
import { ClusterNode } from '../cluster/cluster-node.ts';
import { MemoryHub } from '../cluster/testing/memory-hub.ts';
import { createLog } from '../log.ts';
import { Counters } from '../metrics/counters.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import type { Seat, SeatConnection } from './room.ts';
import { roomKeyOf } from './room-record.ts';
import { Rooms } from './rooms.ts';

const room = RoomId.parse(toBase64Url(new Uint8Array(16).fill(1)));
const box = SealedBox.parse('x'.repeat(40));
const GRACE_MS = 30_000;

class Connection implements SeatConnection {
  readonly seats = new Map<RoomId, Seat>();
  readonly heard: { event: ServerEvent; payload: unknown }[] = [];
  open = true;
  isOpen = () => this.open;
  send<E extends ServerEvent>(event: E, payload: ServerPayload<E>): boolean {
    this.heard.push({ event, payload });
    return true;
  }
  events = () => this.heard.splice(0).map(({ event }) => event);
}

/** Lets everything that waits for nothing but itself come to its end. */
const settle = async (): Promise<void> => {
  for (let i = 0; i < 20; i++) await new Promise<void>((resolve) => setImmediate(resolve));
};

describe('rooms on several nodes (S13)', () => {
  let clock: FakeClock;
  let hub: MemoryHub;
  let drawn: number;
  /** Set to make calls of a node fail, as when the store is away. */
  let isAway: boolean;
  let dead: Set<string>;
  /** Nodes that cannot say anything just now. */
  let mute: Set<string>;
  /** Nodes that are not told what became of what they send. */
  let stuck: Set<string>;
  /** Set to make what is written arrive and its answer be lost. */
  let isDeaf: boolean;
  /** Answers to a node's reading or writing wait for this. */
  let held: { node: string; call: 'read' | 'write'; until: Promise<void> } | undefined;
  let listeners: BackplaneListener[];
  const { log } = createLog({ logLevel: 'silent', logPretty: false }, { write: () => {} });

  beforeEach(() => {
    clock = new FakeClock();
    hub = new MemoryHub(clock);
    drawn = 0;
    isAway = false;
    dead = new Set();
    mute = new Set();
    stuck = new Set();
    isDeaf = false;
    held = undefined;
    listeners = [];
  });

  const node = async (name: string, roomCapacity = 4, roomLingerMs = 0): Promise<Rooms> => {
    const self = await ClusterNode.open(clock, log, async (listener) => {
      listeners.push(listener);
      const real = hub.attach(name, listener);
      const guard =
        <T extends unknown[], R>(call: (...args: T) => Promise<R>) =>
        async (...args: T): Promise<R> => {
          if (isAway || dead.has(name)) throw new Error('away');
          return call(...args);
        };
      return {
        ...real,
        read: guard(async (keys: readonly string[]) => {
          const found = await real.read(keys);
          if (held?.node === name && held.call === 'read') await held.until;
          return found;
        }),
        write: guard(async (...args: Parameters<typeof real.write>) => {
          const version = await real.write(...args);
          if (isDeaf) throw new Error('deaf');
          if (held?.node === name && held.call === 'write') await held.until;
          return version;
        }),
        send: guard((to: string, message: string) => {
          if (mute.has(name)) throw new Error('mute');
          if (stuck.has(name)) return new Promise<boolean>(() => {});
          return real.send(to, message);
        }),
        nodes: guard(real.nodes),
      };
    });
    return new Rooms(
      { roomCapacity, seatGraceMs: GRACE_MS, roomLingerMs, signalsPerLink: 10, relayedPerMinute: 20 },
      {
        clock,
        log,
        counters: new Counters(),
        pseudonymOf: () => 'a room',
        random: (sizeBytes) => {
          drawn += 1;
          return new Uint8Array(createHash('sha256').update(`draw ${drawn}`).digest().subarray(0, sizeBytes));
        },
        node: self,
      },
    );
  };
  const enter = async (rooms: Rooms, connection: Connection, token?: ResumeToken) => {
    const outcome = await rooms.join(connection, room, token);
    if (!outcome.ok) throw new Error(outcome.code);
    await settle();
    return outcome.value;
  };
  const send = (rooms: Rooms, connection: Connection, to: ParticipantId | '*', n = 1) =>
    rooms.relay.send(connection, {
      roomId: room,
      to,
      id: SignalId.parse(toBase64Url(new Uint8Array(16).fill(n))),
      box,
    });
  /** Holds back what a node's calls answer, until the returned function is called. */
  const hold = (name: string, call: 'read' | 'write'): (() => void) => {
    let release = (): void => {};
    const until = new Promise<void>((resolve) => {
      release = resolve;
    });
    held = { node: name, call, until };
    return () => {
      held = undefined;
      release();
    };
  };
  const kill = (name: string): void => {
    hub.drop(name);
    dead.add(name);
  };
  const pass = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += 1_000) {
      clock.advance(1_000);
      await settle();
    }
  };

  it('lose no seat when a node dies: away at first, and back wherever the connection comes to (P6)', async () => {
    const [one, two] = [await node('one'), await node('two')];
    const [ada, ben] = [new Connection(), new Connection()];
    await enter(one, ada);
    const { seat, resumeToken } = await enter(two, ben);
    ada.events();
    kill('two');
    await pass(5_000);
    expect(ada.events()).toEqual(['participant:away']);
    const again = new Connection();
    const back = await enter(one, again, resumeToken);
    expect(back.resumed).toBe(true);
    expect(back.seat.participantId).toBe(seat.participantId);
    expect(ada.events()).toEqual(['participant:back']);
    expect(await send(one, ada, seat.participantId)).toEqual({ ok: true, value: { handedTo: 1 } });
    await pass(2 * GRACE_MS);
    expect(ada.events()).toEqual([]);
  });

  it('tell who had a seat that another node gave away, and end a fight for it (S2)', async () => {
    const [one, two] = [await node('one'), await node('two')];
    const ada = new Connection();
    const { seat, resumeToken } = await enter(one, ada);
    const places = [two, one, two, one] as const;
    let [had, token] = [ada, resumeToken];
    for (const [at, place] of places.entries()) {
      const connection = new Connection();
      const taken = await enter(place, connection, resumeToken);
      const isLast = at === places.length - 1;
      expect([taken.resumed, taken.seat.participantId === seat.participantId]).toEqual([!isLast, !isLast]);
      expect(had.events()).toEqual([isLast ? 'participant:joined' : 'seat:moved']);
      if (isLast) break;
      expect(had.seats.size).toBe(0);
      [had, token] = [connection, taken.resumeToken];
    }
    expect(token).not.toBe(resumeToken);
    expect(await enter(one, new Connection(), token)).toMatchObject({ resumed: true });
    await pass(10_000);
    expect(had.events()).toEqual(['seat:moved']);
  });

  it('notice that a seat moved on before they heard that it was theirs (S2)', async () => {
    const [one, two] = [await node('one'), await node('two')];
    const gone = new Connection();
    const { resumeToken } = await enter(two, gone);
    two.seats.lost(gone);
    await settle();
    const release = hold('one', 'write');
    const [late, winner] = [new Connection(), new Connection()];
    const joining = one.join(late, room, resumeToken);
    await settle();
    await enter(two, winner, resumeToken);
    release();
    expect(await joining).toMatchObject({ ok: true });
    await settle();
    expect([late.seats.size, late.events()]).toEqual([0, ['seat:moved']]);
    expect([winner.seats.size, winner.events()]).toEqual([1, []]);
  });

  it('take nothing back that they were told while they read an older record (S13)', async () => {
    const [one, two] = [await node('one'), await node('two')];
    const [ada, ben, cem] = [new Connection(), new Connection(), new Connection()];
    const { resumeToken } = await enter(one, ada);
    await enter(two, ben);
    ada.events();
    const release = hold('one', 'read');
    await enter(one, ada, resumeToken);
    await enter(two, cem);
    expect(ada.events()).toEqual(['participant:joined']);
    release();
    await settle();
    await pass(5_000);
    expect(ada.events()).toEqual([]);
    expect(await send(one, ada, '*')).toEqual({ ok: true, value: { handedTo: 2 } });
  });

  it('have no ghosts: who does not come back from a dead node has left after the grace time (S4, P6)', async () => {
    const [one, two] = [await node('one'), await node('two')];
    const [ada, ben] = [new Connection(), new Connection()];
    await enter(one, ada);
    await enter(two, ben);
    ada.events();
    kill('two');
    await pass(GRACE_MS + 10_000);
    expect(ada.events()).toEqual(['participant:away', 'participant:left']);
    // And their places are free again.
    for (let i = 0; i < 3; i++) await enter(one, new Connection());
    expect(await one.join(new Connection(), room, undefined)).toMatchObject({ ok: false, code: 'room-full' });
  });

  it('give up nobody while the store is away, nor when it comes back empty (P6)', async () => {
    const [one, two] = [await node('one'), await node('two')];
    const [ada, ben] = [new Connection(), new Connection()];
    await enter(one, ada);
    const { seat } = await enter(two, ben);
    ada.events();
    isAway = true;
    for (const listener of listeners) listener.onDown();
    await pass(GRACE_MS);
    expect(await send(one, ada, seat.participantId)).toMatchObject({ ok: false, code: 'participant-gone' });
    const local = new Connection();
    expect((await enter(one, local)).others).toHaveLength(2);
    expect(ada.events()).toEqual(['participant:joined']);

    hub.forgetRecords();
    isAway = false;
    listeners[0]?.onUp();
    await settle();
    expect(ada.events()).toEqual([]);
    listeners[1]?.onUp();
    await pass(10_000);
    expect(await send(one, ada, seat.participantId, 2)).toEqual({ ok: true, value: { handedTo: 1 } });
    // The newcomer of the outage is known over there as well.
    expect(ben.events()).toEqual(['participant:joined', 'signal:received']);
    expect(ada.events()).toEqual([]);
  });

  it('give a seat back that another node had, also while the store is away (P6)', async () => {
    const [one, two] = [await node('one'), await node('two')];
    const [ada, ben] = [new Connection(), new Connection()];
    await enter(one, ada);
    const { seat, resumeToken } = await enter(two, ben);
    ada.events();
    isAway = true;
    for (const listener of listeners) listener.onDown();
    const back = new Connection();
    expect(await enter(one, back, resumeToken)).toMatchObject({ resumed: true, resumeToken });
    expect(ada.events()).toEqual(['participant:back']);
    isAway = false;
    for (const listener of listeners) listener.onUp();
    await pass(10_000);
    expect([ben.seats.size, ben.events().at(-1)]).toEqual([0, 'seat:moved']);
    expect(back.seats.get(room)?.participantId).toBe(seat.participantId);
    expect(await send(one, ada, seat.participantId)).toEqual({ ok: true, value: { handedTo: 1 } });
    expect(ada.events()).toEqual([]);
  });

  it('hand nothing on twice when the answer was lost on the way (P6)', async () => {
    const [one, two] = [await node('one'), await node('two')];
    const [ada, ben] = [new Connection(), new Connection()];
    await enter(one, ada);
    const { seat } = await enter(two, ben);
    ben.events();
    mute.add('two');
    const first = send(one, ada, seat.participantId, 7);
    await pass(4_000);
    expect(await first).toMatchObject({ ok: false, code: 'participant-gone' });
    mute.clear();
    expect(await send(one, ada, seat.participantId, 7)).toEqual({ ok: true, value: { handedTo: 1 } });
    expect(ben.events().filter((event) => event === 'signal:received')).toHaveLength(1);
  });

  it.each(['once it answers again', 'when it is back', 'when it is back at both'])(
    'have no ghosts: the last seat of a node that ended while the store was away has left %s (S4, P6)',
    async (how) => {
      const [one, two] = [await node('one'), await node('two')];
      const [ada, ben] = [new Connection(), new Connection()];
      await enter(one, ada);
      await enter(two, ben);
      dead.add('one');
      if (how !== 'once it answers again') listeners[0]?.onDown();
      if (how === 'when it is back at both') listeners[1]?.onDown();
      one.seats.leave(ada, room);
      await pass(5_000);
      expect(ben.events()).toEqual([]);
      dead.delete('one');
      if (how === 'when it is back at both') listeners[1]?.onUp();
      if (how === 'once it answers again') await pass(5_000);
      else listeners[0]?.onUp();
      await settle();
      if (how === 'when it is back at both') {
        // Not before everybody had the time to write.
        expect(ben.events()).toEqual([]);
        await pass(10_000);
      }
      expect(ben.events()).toEqual(['participant:left']);
    },
  );

  it('keep no seat in a record that was written without an answer, nor one given without it to themselves (P6)', async () => {
    const [one, two] = [await node('one', 2), await node('two', 2)];
    const [ada, ben] = [new Connection(), new Connection()];
    isDeaf = true;
    await enter(one, ada);
    isDeaf = false;
    await pass(5_000);
    const { others } = await enter(two, ben);
    expect(others).toEqual([{ participantId: ada.seats.get(room)?.participantId, away: false }]);
    expect(ada.events()).toEqual(['participant:joined']);
  });

  it('forget the record of a room that has lingered', async () => {
    const [one, two] = [await node('one', 4, 60_000), await node('two', 4, 60_000)];
    const [ada, ben] = [new Connection(), new Connection()];
    await enter(one, ada);
    await enter(two, ben);
    one.seats.leave(ada, room);
    await settle();
    expect(one.records?.size).toBe(1);
    await pass(61_000);
    expect(one.records?.size).toBe(0);
    expect(two.records?.size).toBe(1);
  });

  it('give a socket no more seats than one may have, however many joins it sends at once (R3)', async () => {
    const [one] = [await node('one')];
    const ada = new Connection();
    const rooms = Array.from({ length: LIMITS.seatsPerSocket + 10 }, (_, at) =>
      RoomId.parse(toBase64Url(new Uint8Array(16).fill(at))),
    );
    const outcomes = await Promise.all(rooms.map(async (each) => one.join(ada, each, undefined)));
    expect(outcomes.filter(({ ok }) => ok)).toHaveLength(LIMITS.seatsPerSocket);
    expect(outcomes.at(-1)).toMatchObject({ ok: false, code: 'too-many-rooms' });
    expect(ada.seats.size).toBe(LIMITS.seatsPerSocket);
    // A refused seat holds no place.
    one.seats.leave(ada, rooms[0] ?? room);
    expect(await one.join(ada, rooms.at(-1) ?? room, undefined)).toMatchObject({ ok: true });
  });

  it('take the next message while the answer to the one before is on its way', async () => {
    const [one, two] = [await node('one'), await node('two')];
    const [ada, ben] = [new Connection(), new Connection()];
    const { seat } = await enter(one, ada);
    await enter(two, ben);
    ben.events();
    stuck.add('two');
    for (const n of [1, 2]) {
      const body = {
        room: roomKeyOf(room),
        from: seat.participantId,
        to: '*',
        id: toBase64Url(new Uint8Array(16).fill(n)),
        toAll: true,
        box,
      };
      const message = { type: 'request', id: n, replyTo: 'one', topic: 'signal', body };
      await listeners[1]?.onMessage(JSON.stringify(message));
      expect(ben.events()).toEqual(['signal:received']);
    }
  });

  it('hand on what two say under the same id (P6)', async () => {
    const [one, two] = [await node('one'), await node('two')];
    const [ada, eve, ben] = [new Connection(), new Connection(), new Connection()];
    await enter(one, ada);
    await enter(one, eve);
    const { seat } = await enter(two, ben);
    ben.events();
    expect(await send(one, ada, seat.participantId)).toEqual({ ok: true, value: { handedTo: 1 } });
    expect(await send(one, eve, seat.participantId)).toEqual({ ok: true, value: { handedTo: 1 } });
    expect(ben.events()).toEqual(['signal:received', 'signal:received']);
  });

  it('hand nothing on twice when it is said again before the other nodes have answered (P6)', async () => {
    const [one, two] = [await node('one'), await node('two')];
    const [ada, eve, ben] = [new Connection(), new Connection(), new Connection()];
    await enter(one, ada);
    await enter(one, eve);
    await enter(two, ben);
    const both = [send(one, ada, '*'), send(one, ada, '*')];
    for (const outcome of both) expect(await outcome).toEqual({ ok: true, value: { handedTo: 2 } });
    for (const connection of [eve, ben])
      expect(connection.events().filter((event) => event === 'signal:received')).toHaveLength(1);
  });

  it('give a seat to a socket that closed meanwhile only as away', async () => {
    const [one, two] = [await node('one'), await node('two')];
    const ada = new Connection();
    await enter(two, ada);
    ada.events();
    const gone = new Connection();
    gone.open = false;
    await enter(one, gone);
    expect(ada.events()).toEqual(['participant:joined', 'participant:away']);
    await pass(GRACE_MS + 5_000);
    expect(ada.events()).toEqual(['participant:left']);
  });

  it.each(['at the next look at everything', 'as soon as that is noticed'])(
    'find who came elsewhere to people who were alone, though the news of it was lost, %s (S13, P6)',
    async (when) => {
      const [one, two] = [await node('one'), await node('two')];
      const [ada, ben] = [new Connection(), new Connection()];
      await enter(one, ada);
      mute.add('two');
      const { seat } = await enter(two, ben);
      mute.clear();
      await pass(4_000);
      expect(ada.events()).toEqual([]);
      if (when === 'as soon as that is noticed') {
        listeners[0]?.onMissed?.();
        await settle();
      } else {
        await pass(20_000);
      }
      expect(ada.events()).toEqual(['participant:joined']);
      expect(await send(one, ada, seat.participantId)).toEqual({ ok: true, value: { handedTo: 1 } });
    },
  );

  it('leave nothing behind when they close', async () => {
    const [one, two] = [await node('one'), await node('two')];
    await enter(one, new Connection());
    await enter(two, new Connection());
    await one.close();
    await two.close();
    expect(clock.pending).toBe(0);
  });
});
