import { alternate, cpuDuring, type Effort, expectAll, row, type SignalingRow, withServer } from '../measure.ts';
import { SERVER_NAMES, SERVERS, type ServerKind } from '../servers/servers.ts';

const CLIENTS = 100;
const ROOM_SIZE = 4;
/** Boxes that each client has on the way at a time: the server is never without work. */
const WINDOW = 4;
const SIZES = [
  { name: '2 kB', boxChars: 2_048, goal: { least: 1.05 } },
  { name: '300 B', boxChars: 300, goal: { least: 0.97 } },
] as const;

type Round = { perCpuSecond: number[]; driverShare: number };

/** Directed messages that a server relays per second of its CPU time. */
export async function relay(effort: Effort): Promise<SignalingRow[]> {
  const messages = effort.quick ? 5_000 : 40_000;
  const warmUp = effort.quick ? 2_000 : 20_000;
  const results = await alternate('relay', SERVERS, effort.rounds, (kind: ServerKind) =>
    withServer(kind, {}, async (server, driver): Promise<Round> => {
      const join = {
        do: 'join',
        server: kind,
        port: server.port,
        clients: CLIENTS,
        roomSize: ROOM_SIZE,
        atOnce: 20,
      } as const;
      const { joined, failures } = await driver.ask(join);
      expectAll('joins', CLIENTS, joined, failures);
      const perCpuSecond: number[] = [];
      let driverCpuMs = 0;
      let tookMs = 0;
      for (const { boxChars } of SIZES) {
        await driver.ask({ do: 'relay', messages: warmUp, boxChars, window: WINDOW });
        const { cpuMs, value } = await cpuDuring(server, () =>
          driver.ask({ do: 'relay', messages, boxChars, window: WINDOW }),
        );
        expectAll('relayed', messages, value.received);
        perCpuSecond.push((messages / cpuMs) * 1_000);
        driverCpuMs += value.cpuMs;
        tookMs += value.tookMs;
      }
      return { perCpuSecond, driverShare: driverCpuMs / tookMs };
    }),
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
