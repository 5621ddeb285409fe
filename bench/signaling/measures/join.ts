import { startChild } from '../child.ts';
import {
  cpuDuring,
  type Effort,
  expectAll,
  inShortTurns,
  type Pair,
  percentile,
  row,
  type SignalingRow,
} from '../measure.ts';
import { startServer } from '../servers/server.ts';
import { SERVER_NAMES, type ServerKind } from '../servers/servers.ts';

const KINDS = ['parley', 'parley unchecked', 'socket.io', 'ws', 'peerjs', 'check alone'] as const;
type Kind = (typeof KINDS)[number];
const ROOM_SIZE = 4;

/** A process that has run for a while has its code compiled; after the first thousand joins that is not over yet. */
const WARM_UP_TIMES = 8;

/** One round differs from the next by a third: a garbage collection of 10 ms falls into one in two. */
const ROUNDS = 16;

type Turn = { cpuMsPerJoin: number; stormP95Ms: number; stormAllMs: number; driverShare: number };

async function checkAlone(): Promise<number> {
  const child = startChild(['bench/signaling/servers/check-alone.ts']);
  try {
    return await child.next('signature checks', (message) =>
      typeof message === 'object' && message !== null && 'cpuMs' in message ? Number(message.cpuMs) : undefined,
    );
  } finally {
    await child.close();
  }
}

const serverOf = (kind: Exclude<Kind, 'check alone'>): ServerKind => (kind === 'parley unchecked' ? 'parley' : kind);

/**
 * The cost of coming in: connecting and taking a seat. First at a steady pace, 20 on their way at a time; then a storm,
 * all of them at once.
 */
export async function join({ quick, turns }: Effort): Promise<SignalingRow[]> {
  const clients = quick ? 200 : 1_000;
  const steadyClients = clients / 2;
  const comeIn = (kind: Exclude<Kind, 'check alone'>, { server, driver }: Pair, count: number, atOnce: number) =>
    driver.ask({ do: 'join', server: serverOf(kind), port: server.port, clients: count, roomSize: ROOM_SIZE, atOnce });
  const results = await inShortTurns(
    { part: 'join', kinds: KINDS, ...turns, rounds: quick ? turns.rounds : ROUNDS },
    // The check alone brings its own process; what is started for it here only waits.
    (kind) => startServer(kind === 'check alone' ? 'ws' : serverOf(kind), { unchecked: kind === 'parley unchecked' }),
    async (kind, pair) => {
      if (kind === 'check alone') return;
      for (let n = 0; n < WARM_UP_TIMES; n++) {
        await comeIn(kind, pair, clients, 20);
        await pair.driver.ask({ do: 'part' });
      }
    },
    async (kind, pair): Promise<Turn> => {
      if (kind === 'check alone')
        return { cpuMsPerJoin: await checkAlone(), stormP95Ms: 0, stormAllMs: 0, driverShare: 0 };
      const steady = await cpuDuring(pair.server, () => comeIn(kind, pair, steadyClients, 20));
      expectAll('joins', steadyClients, steady.value.joined, steady.value.failures);
      await pair.driver.ask({ do: 'part' });
      const storm = await comeIn(kind, pair, clients, clients);
      expectAll('joins of the storm', clients, storm.joined, storm.failures);
      await pair.driver.ask({ do: 'part' });
      return {
        cpuMsPerJoin: steady.cpuMs / steadyClients,
        stormP95Ms: percentile(storm.eachMs, 0.95),
        stormAllMs: storm.tookMs,
        driverShare: storm.cpuMs / storm.tookMs,
      };
    },
  );
  const figures = (kind: Kind, which: keyof Turn) => results[kind].map((turn) => turn[which]);
  const bare = SERVER_NAMES['socket.io'];
  const cpu = (kind: Kind, name: string, goal?: { most: number }) =>
    row(
      { part: 'join', name, unit: 'ms CPU', values: figures(kind, 'cpuMsPerJoin'), server: name },
      kind === 'socket.io'
        ? undefined
        : { with: bare, values: figures('socket.io', 'cpuMsPerJoin'), ...(goal ? { goal } : {}) },
    );
  const storm = (kind: Kind, server: string, goal?: { most: number }) => [
    row(
      {
        part: 'join',
        name: `storm of ${clients} into ${clients / ROOM_SIZE} rooms, p95, ${server}`,
        unit: 'ms',
        values: figures(kind, 'stormP95Ms'),
        server,
      },
      kind === 'socket.io'
        ? undefined
        : { with: bare, values: figures('socket.io', 'stormP95Ms'), ...(goal ? { goal } : {}) },
    ),
    row({ part: 'join', name: '  until all are in', unit: 'ms', values: figures(kind, 'stormAllMs') }),
  ];
  return [
    cpu('parley', 'join, Parley'),
    cpu('parley unchecked', 'join, Parley without the signature check', { most: 1.25 }),
    row({ part: 'join', name: '  the check alone', unit: 'ms CPU', values: figures('check alone', 'cpuMsPerJoin') }),
    cpu('socket.io', `join, ${bare}`),
    cpu('ws', `join, ${SERVER_NAMES.ws}`),
    cpu('peerjs', `join, ${SERVER_NAMES.peerjs}`),
    ...storm('parley', SERVER_NAMES.parley, { most: 1.5 }),
    ...storm('socket.io', bare),
    ...storm('peerjs', SERVER_NAMES.peerjs),
    row({
      part: 'join',
      name: '  driver busy in the storms',
      unit: '% of a core',
      values: (['parley', 'socket.io', 'peerjs'] as const).flatMap((kind) =>
        figures(kind, 'driverShare').map((share) => share * 100),
      ),
    }),
  ];
}
