import { createHash } from 'node:crypto';
import { type ResumeToken, RoomId, SealedBox, SignalId, toBase64Url } from '@parley/shared/protocol';
import { describe, expect, it } from 'vitest';
import { ClusterNode } from '../cluster/cluster-node.ts';
import { MemoryHub } from '../cluster/testing/memory-hub.ts';
import { createLog } from '../log.ts';
import { Counters } from '../metrics/counters.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import type { Seat, SeatConnection } from './room.ts';
import { Rooms } from './rooms.ts';

const bytes = (fill: number, size: number) => toBase64Url(new Uint8Array(size).fill(fill));
const ROOMS = [RoomId.parse(bytes(1, 16)), RoomId.parse(bytes(2, 16))];
const BOX = SealedBox.parse('x'.repeat(40));
const POLICY = { roomCapacity: 3, seatGraceMs: 5_000, roomLingerMs: 2_000, signalsPerLink: 10, relayedPerMinute: 20 };
const STEPS = 200;

/** The numbers below `below` that a seed stands for, always the same ones. */
const numbersOf = (seed: number) => {
  let drawn = 0;
  return (below: number): number => {
    drawn += 1;
    return createHash('sha256').update(`${seed} ${drawn}`).digest().readUInt32BE() % below;
  };
};

const settle = async (): Promise<void> => {
  for (let i = 0; i < 10; i++) await new Promise<void>((resolve) => setImmediate(resolve));
};

/** Does what the seed says, and tells everything that clients would see of it. */
async function play(seed: number, open: (clock: FakeClock) => Promise<ClusterNode | undefined>): Promise<unknown[]> {
  const clock = new FakeClock();
  const { log } = createLog({ logLevel: 'silent', logPretty: false }, { write: () => {} });
  let drawn = 0;
  const counters = new Counters();
  const rooms = new Rooms(POLICY, {
    clock,
    log,
    counters,
    pseudonymOf: () => 'a room',
    random: (sizeBytes) => {
      drawn += 1;
      return new Uint8Array(createHash('sha256').update(`draw ${drawn}`).digest().subarray(0, sizeBytes));
    },
    node: await open(clock),
  });
  const seen: unknown[] = [];
  const connect = (name: number): SeatConnection => ({
    seats: new Map<RoomId, Seat>(),
    isOpen: () => true,
    send: (event, payload) => {
      seen.push([name, event, payload]);
      return true;
    },
  });
  const connections = Array.from({ length: 5 }, (_, at) => connect(at));
  const tokens: ResumeToken[] = [];
  const next = numbersOf(seed);
  for (let step = 0; step < STEPS; step++) {
    const at = next(connections.length);
    const roomId = ROOMS[next(ROOMS.length)];
    const connection = connections[at];
    if (!roomId || !connection) throw new Error('no such room or connection');
    const kind = next(10);
    const token = next(2) === 0 ? tokens[next(tokens.length + 1)] : undefined;
    if (kind < 4) {
      const outcome = await rooms.join(connection, roomId, token);
      if (outcome.ok) tokens.push(outcome.value.resumeToken);
      seen.push(outcome.ok ? { ...outcome.value, seat: outcome.value.seat.participantId } : outcome);
    } else if (kind < 7) {
      const others = [...(rooms.seats.room(roomId)?.seats.keys() ?? [])];
      const to = others[next(others.length + 1)] ?? '*';
      const id = SignalId.parse(bytes(next(20), 16));
      seen.push(await rooms.relay.send(connection, { roomId, to, id, box: BOX }));
    } else if (kind === 7) rooms.seats.leave(connection, roomId);
    else if (kind === 8) {
      rooms.seats.lost(connection);
      connections[at] = connect(100 + step);
    } else clock.advance(next(4_000));
    await settle();
    seen.push([rooms.seats.counts(), await rooms.participantsOf(ROOMS)]);
    if (token) seen.push(await rooms.knowsToken(roomId, token));
  }
  const { relayed, seatsTaken, seatsResumed, seatsEnded } = counters;
  await rooms.close();
  return [...seen, { relayed, seatsTaken, seatsResumed, seatsEnded, pending: clock.pending }];
}

describe('a node without others (S1, S2, S3, S13)', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('answers and tells as a server that is alone does: seed %i', async (seed) => {
    const { log } = createLog({ logLevel: 'silent', logPretty: false }, { write: () => {} });
    const alone = await play(seed, async () => undefined);
    const shared = await play(seed, (clock) => {
      const hub = new MemoryHub(clock);
      return ClusterNode.open(clock, log, async (listener) => hub.attach('one', listener));
    });
    expect(shared).toEqual(alone);
    // The steps led somewhere.
    expect(JSON.stringify(alone)).toContain('"resumed":true');
    expect(JSON.stringify(alone)).toContain('room-full');
  });
});
