import { type Effort, expectAll, inShortTurns, row, type SignalingRow } from '../measure.ts';
import { startServer } from '../servers/server.ts';
import { SERVER_NAMES } from '../servers/servers.ts';
import { leftOver } from './gauges.ts';

const KINDS = ['parley', 'socket.io'] as const;
const AT_ONCE = 30;

/** The memory that is left behind by clients that come, take a seat, give it up and go. */
export async function churn({ quick, rounds }: Effort): Promise<SignalingRow[]> {
  const cycles = quick ? 200 : 3_000;
  const results = await inShortTurns(
    { part: 'churn', kinds: KINDS, generations: 1, rounds },
    (kind) => startServer(kind),
    // The first ones fill caches and have code compiled, which is not growth.
    async (server, { server: { port }, driver }) => {
      await driver.ask({ do: 'churn', server, port, cycles, atOnce: AT_ONCE });
    },
    async (kind, { server, driver }) => {
      const before = await server.settledUsage();
      const turn = { do: 'churn', server: kind, port: server.port, cycles, atOnce: AT_ONCE } as const;
      const { joined, failures } = await driver.ask(turn);
      expectAll('cycles', cycles, joined, failures);
      const left = kind === 'parley' ? await leftOver(server.port) : 0;
      const after = await server.settledUsage();
      return { left, bytesPerCycle: (after.heapBytes - before.heapBytes) / cycles };
    },
  );
  const count = cycles.toLocaleString('en');
  return [
    row(
      {
        part: 'churn',
        name: `heap growth per join and leave (${count} of them), Parley`,
        unit: 'B',
        values: results.parley.map((round) => round.bytesPerCycle),
      },
      undefined,
      { most: 50 },
    ),
    row({
      part: 'churn',
      name: `  the same, ${SERVER_NAMES['socket.io']}`,
      unit: 'B',
      values: results['socket.io'].map((round) => round.bytesPerCycle),
    }),
    row(
      {
        part: 'churn',
        name: 'connections, rooms and seats still counted afterwards',
        unit: '',
        values: [Math.max(...results.parley.map((round) => round.left))],
      },
      undefined,
      { most: 0 },
    ),
  ];
}
