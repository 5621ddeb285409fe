import { cpuDuring, type Effort, expectAll, inShortTurns, row, type SignalingRow } from '../measure.ts';
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

/** A round is short, and one differs from the next by a fifth. */
const ROUNDS = 12;

type Turn = { perCpuSecond: number[]; driverShare: number };

/** Directed messages that a server relays per second of its CPU time. */
export async function relay({ quick, turns }: Effort): Promise<SignalingRow[]> {
  const messages = quick ? 4_000 : 10_000;
  const warmUp = quick ? 2_000 : 30_000;
  const results = await inShortTurns(
    { part: 'relay', kinds: SERVERS, ...turns, rounds: quick ? turns.rounds : ROUNDS },
    (kind) => startServer(kind),
    async (server, { server: { port }, driver }) => {
      const { joined, failures } = await driver.ask({
        do: 'join',
        server,
        port,
        clients: CLIENTS,
        roomSize: ROOM_SIZE,
        atOnce: 20,
      });
      expectAll('joins', CLIENTS, joined, failures);
      for (const { boxChars } of SIZES) await driver.ask({ do: 'relay', messages: warmUp, boxChars, window: WINDOW });
    },
    async (_kind, { server, driver }): Promise<Turn> => {
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
    },
  );
  const figures = (kind: ServerKind, size: number) =>
    results[kind].map((round) => round.perCpuSecond[size] ?? Number.NaN);
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
              values: figures('socket.io', size),
              ...(kind === 'parley' ? { goal } : {}),
            },
      ),
    ),
  );
  const shares = SERVERS.flatMap((kind) => results[kind].map((round) => round.driverShare * 100));
  return [...rows, row({ part: 'relay', name: '  driver busy meanwhile', unit: '% of a core', values: shares })];
}
