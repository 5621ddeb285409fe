import { cpuDuring, type Effort, expectAll, inShortTurns, type Pair, row, type SignalingRow } from '../measure.ts';
import { startServer } from '../servers/server.ts';
import { SERVER_NAMES, SERVERS, type ServerKind } from '../servers/servers.ts';

const CLIENTS = 100;
const ROOM_SIZE = 4;
/** Boxes that each client has on the way at a time: the server is never without work. */
const WINDOW = 4;
const SIZES = [
  { name: '2 kB', boxChars: 2_048, goal: { least: 1.15 } },
  { name: '300 B', boxChars: 300, goal: { least: 1.1 } },
] as const;

/** The two whose ratio has a goal work by themselves: other processes beside them cost one more than the other. */
const PAIR = ['parley', 'socket.io'] as const;
const OTHERS = ['socket.io', 'socket.io to()', 'ws', 'peerjs'] as const;
/** A round is short, and one differs from the next by a fifth. */
const PAIR_ROUNDS = 16;
const ROUNDS = 8;

type Turn = { perCpuSecond: number[]; driverShare: number };

/** Directed messages that a server relays per second of its CPU time. */
export async function relay({ quick, turns }: Effort): Promise<SignalingRow[]> {
  const messages = quick ? 4_000 : 10_000;
  const warmUp = quick ? 2_000 : 30_000;
  const warm = async (server: ServerKind, { server: { port }, driver }: Pair): Promise<void> => {
    const wanted = { do: 'join', server, port, clients: CLIENTS, roomSize: ROOM_SIZE, atOnce: 20 } as const;
    const { joined, failures } = await driver.ask(wanted);
    expectAll('joins', CLIENTS, joined, failures);
    for (const { boxChars } of SIZES) await driver.ask({ do: 'relay', messages: warmUp, boxChars, window: WINDOW });
  };
  const measure = async (_kind: ServerKind, { server, driver }: Pair): Promise<Turn> => {
    const perCpuSecond: number[] = [];
    let driverCpuMs = 0;
    let tookMs = 0;
    for (const { boxChars } of SIZES) {
      const { cpuMs, value } = await cpuDuring(server, () =>
        driver.ask({ do: 'relay', messages, boxChars, window: WINDOW }),
      );
      expectAll('relayed', messages, value.received);
      perCpuSecond.push((messages / cpuMs) * 1_000);
      driverCpuMs += value.cpuMs;
      tookMs += value.tookMs;
    }
    return { perCpuSecond, driverShare: driverCpuMs / tookMs };
  };
  const about = (rounds: number) => ({ part: 'relay', ...turns, rounds: quick ? turns.rounds : rounds });
  const pair = await inShortTurns({ ...about(PAIR_ROUNDS), kinds: PAIR }, startServer, warm, measure);
  const others = await inShortTurns({ ...about(ROUNDS), kinds: OTHERS }, startServer, warm, measure);
  /** `parley` was measured beside bare Socket.IO alone, the others beside another turn of it. */
  const turnsOf = (kind: ServerKind, beside: ServerKind): Turn[] =>
    kind === 'parley' ? pair.parley : kind === 'socket.io' && beside === 'parley' ? pair['socket.io'] : others[kind];
  const figures = (kind: ServerKind, size: number, beside: ServerKind = 'parley') =>
    turnsOf(kind, beside).map((round) => round.perCpuSecond[size] ?? Number.NaN);
  const rows = SIZES.flatMap(({ name, goal }, size) =>
    SERVERS.map((kind) =>
      row(
        {
          part: 'relay',
          name: `relay ${name}, ${SERVER_NAMES[kind]}`,
          unit: 'messages per CPU second',
          server: SERVER_NAMES[kind],
          values: figures(kind, size),
        },
        kind === 'socket.io'
          ? undefined
          : {
              with: SERVER_NAMES['socket.io'],
              values: figures('socket.io', size, kind),
              ...(kind === 'parley' ? { goal } : {}),
            },
      ),
    ),
  );
  const shares = SERVERS.flatMap((kind) => turnsOf(kind, 'parley').map((round) => round.driverShare * 100));
  return [...rows, row({ part: 'relay', name: '  driver busy meanwhile', unit: '% of a core', values: shares })];
}
