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

/** The two whose ratio has a goal work by themselves: other processes beside them cost one more than the other. */
const PAIR = ['parley unchecked', 'socket.io'] as const;
const KINDS = ['parley', 'socket.io', 'ws', 'peerjs', 'check alone'] as const;
type Kind = (typeof KINDS)[number] | (typeof PAIR)[number];
const ROOM_SIZE = 4;

/** A process that has run for a while has its code compiled; after the first thousand joins that is not over yet. */
const WARM_UP_TIMES = 8;

/** One round differs from the next by a third: a garbage collection of 10 ms falls into one in two. */
const PAIR_ROUNDS = 24;
const ROUNDS = 8;

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
  const start = (kind: Kind) =>
    // The check alone brings its own process; what is started for it here only waits.
    startServer(kind === 'check alone' ? 'ws' : serverOf(kind), { unchecked: kind === 'parley unchecked' });
  const warmUp = async (kind: Kind, pair: Pair) => {
    if (kind === 'check alone') return;
    for (let n = 0; n < WARM_UP_TIMES; n++) {
      await comeIn(kind, pair, clients, 20);
      await pair.driver.ask({ do: 'part' });
    }
  };
  const measureSteady = async (kind: Exclude<Kind, 'check alone'>, pair: Pair): Promise<number> => {
    const steady = await cpuDuring(pair.server, () => comeIn(kind, pair, steadyClients, 20));
    expectAll('joins', steadyClients, steady.value.joined, steady.value.failures);
    await pair.driver.ask({ do: 'part' });
    return steady.cpuMs / steadyClients;
  };
  const about = (rounds: number) => ({ part: 'join', ...turns, rounds: quick ? turns.rounds : rounds });
  const pairs = await inShortTurns({ ...about(PAIR_ROUNDS), kinds: PAIR }, start, warmUp, measureSteady);
  const results = await inShortTurns(
    { ...about(ROUNDS), kinds: KINDS },
    start,
    warmUp,
    async (kind, pair): Promise<Turn> => {
      if (kind === 'check alone')
        return { cpuMsPerJoin: await checkAlone(), stormP95Ms: 0, stormAllMs: 0, driverShare: 0 };
      const cpuMsPerJoin = await measureSteady(kind, pair);
      const storm = await comeIn(kind, pair, clients, clients);
      expectAll('joins of the storm', clients, storm.joined, storm.failures);
      await pair.driver.ask({ do: 'part' });
      return {
        cpuMsPerJoin,
        stormP95Ms: percentile(storm.eachMs, 0.95),
        stormAllMs: storm.tookMs,
        driverShare: storm.cpuMs / storm.tookMs,
      };
    },
  );
  const figures = (kind: (typeof KINDS)[number], which: keyof Turn) => results[kind].map((turn) => turn[which]);
  const bare = SERVER_NAMES['socket.io'];
  const cpu = (kind: (typeof KINDS)[number], name: string) =>
    row(
      { part: 'join', name, unit: 'ms CPU', values: figures(kind, 'cpuMsPerJoin'), server: name },
      kind === 'socket.io' ? undefined : { with: bare, values: figures('socket.io', 'cpuMsPerJoin') },
    );
  const storm = (kind: (typeof KINDS)[number], server: string, goal?: { most: number }) => [
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
    row(
      {
        part: 'join',
        name: 'join, Parley without the signature check',
        unit: 'ms CPU',
        values: pairs['parley unchecked'],
        server: 'join, Parley without the signature check',
      },
      { with: bare, values: pairs['socket.io'], goal: { most: 1.25 } },
    ),
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
