import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { type Effort, expectAll, inShortTurns, type Pair, percentile, row, type SignalingRow } from '../measure.ts';
import { startServer } from '../servers/server.ts';
import { SERVER_NAMES, type ServerKind } from '../servers/servers.ts';

/** The two whose ratio has a goal work by themselves: other processes beside them cost one more than the other. */
const PAIR = ['parley', 'socket.io'] as const;
const OTHERS = ['parley watched', 'socket.io', 'ws', 'peerjs'] as const;
const KINDS = ['parley', 'parley watched', 'socket.io', 'ws', 'peerjs'] as const;
type Kind = (typeof KINDS)[number];
const serverOf = (kind: Kind): ServerKind => (kind === 'parley watched' ? 'parley' : kind);
const nameOf = (kind: Kind): string =>
  kind === 'parley watched' ? 'Parley with monitors that ask' : SERVER_NAMES[kind];
/** The pages that monitors ask for. A balancer or Prometheus asks every few seconds; these ask four times a second. */
const WATCHED = ['/health', '/metrics'] as const;
const CLIENTS = 400;
const ROOM_SIZE = 4;
const PER_SECOND = 1_000;
const BOX_CHARS = 2_048;
const POLL_EVERY_MS = 250;
/**
 * Turns are short and many: on a computer that shares its processor, delays come in bursts of some seconds, and a burst must not meet one
 * server alone.
 */
const PAIR_ROUNDS = 20;
const ROUNDS = 8;
const LATENCY_GOALS = { p50: 1.1, p99: 1.5 };

type Turn = { p50: number; p95: number; p99: number; polls: Map<string, number[]>; driverShare: number };

/** Asks for pages at an even pace until told to stop, and takes the time of each. */
function poll(port: number, paths: readonly string[]): () => Promise<Map<string, number[]>> {
  const tookMs = new Map<string, number[]>(paths.map((path) => [path, []]));
  let over = false;
  const turns = paths.map(async (path) => {
    while (!over) {
      const startedAt = performance.now();
      const answer = await fetch(`http://127.0.0.1:${port}${path}`);
      await answer.text();
      if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
      tookMs.get(path)?.push(performance.now() - startedAt);
      await pause(POLL_EVERY_MS);
    }
  });
  return async () => {
    over = true;
    await Promise.all(turns);
    return tookMs;
  };
}

/** How long a box takes from one client to another at a moderate load, and while monitors look at the server. */
export async function latency({ quick, turns }: Effort): Promise<SignalingRow[]> {
  const seconds = 1;
  const start = (kind: Kind) => startServer(serverOf(kind));
  const warmUp = async (kind: Kind, { server: { port }, driver }: Pair): Promise<void> => {
    const wanted = {
      do: 'join',
      server: serverOf(kind),
      port,
      clients: CLIENTS,
      roomSize: ROOM_SIZE,
      atOnce: 20,
    } as const;
    const { joined, failures } = await driver.ask(wanted);
    expectAll('joins', CLIENTS, joined, failures);
    await driver.ask({ do: 'relay', messages: quick ? 2_000 : 20_000, boxChars: BOX_CHARS, window: 1 });
  };
  const measure = async (kind: Kind, { server, driver }: Pair): Promise<Turn> => {
    const stop = poll(server.port, kind === 'parley watched' ? WATCHED : []);
    const report = await driver.ask({ do: 'pace', perSecond: PER_SECOND, seconds, boxChars: BOX_CHARS });
    const polls = await stop();
    expectAll('boxes', PER_SECOND * seconds, report.latenciesMs.length);
    const [p50, p95, p99] = [0.5, 0.95, 0.99].map((share) => percentile(report.latenciesMs, share));
    return { p50: p50 ?? 0, p95: p95 ?? 0, p99: p99 ?? 0, polls, driverShare: report.cpuMs / (seconds * 1_000) };
  };
  const about = (rounds: number) => ({ part: 'latency', ...turns, rounds: quick ? turns.rounds : rounds });
  const pair = await inShortTurns({ ...about(PAIR_ROUNDS), kinds: PAIR }, start, warmUp, measure);
  const others = await inShortTurns({ ...about(ROUNDS), kinds: OTHERS }, start, warmUp, measure);
  /** `parley` was measured beside bare Socket.IO alone, the others beside another turn of it. */
  const turnsOf = (kind: Kind, beside: Kind): Turn[] =>
    kind === 'parley' ? pair.parley : kind === 'socket.io' && beside === 'parley' ? pair['socket.io'] : others[kind];
  const figures = (kind: Kind, which: 'p50' | 'p95' | 'p99', beside: Kind = 'parley') =>
    turnsOf(kind, beside).map((turn) => turn[which]);
  const polled = (path: string) => others['parley watched'].map(({ polls }) => percentile(polls.get(path) ?? [], 0.95));
  const bare = SERVER_NAMES['socket.io'];
  return [
    ...KINDS.flatMap((kind) =>
      (['p50', 'p95', 'p99'] as const).map((which) =>
        row(
          {
            part: 'latency',
            name:
              which === 'p50'
                ? `${CLIENTS} clients, ${PER_SECOND.toLocaleString('en')} relays/s, p50, ${nameOf(kind)}`
                : `  ${which}`,
            unit: 'ms',
            values: figures(kind, which),
            ...(which === 'p50' ? { server: nameOf(kind) } : {}),
          },
          kind === 'socket.io'
            ? undefined
            : {
                with: bare,
                values: figures('socket.io', which, kind),
                ...(kind === 'parley' && which !== 'p95' ? { goal: { most: LATENCY_GOALS[which] } } : {}),
              },
        ),
      ),
    ),
    ...WATCHED.map((path) =>
      row({ part: 'latency', name: `${path} meanwhile, p95`, unit: 'ms', values: polled(path) }, undefined, {
        most: 50,
      }),
    ),
    row({
      part: 'latency',
      name: '  driver busy meanwhile',
      unit: '% of a core',
      values: KINDS.flatMap((kind) => turnsOf(kind, 'parley').map((turn) => turn.driverShare * 100)),
    }),
  ];
}
