import { startDriver } from '../driver/driver.ts';
import { type Effort, expectAll, percentile, row, type SignalingRow, withServer } from '../measure.ts';
import { leftOver } from './gauges.ts';

const CLIENTS = 200;
const ROOM_SIZE = 4;
const PER_SECOND = 500;
const COMING_AND_GOING_PER_SECOND = 20;
const BOX_CHARS = 2_048;

/** Relays and people coming and going for a while (`--seconds`): nothing lost, nothing left behind. */
export async function soak({ quick, seconds: wanted }: Effort): Promise<SignalingRow[]> {
  const seconds = quick ? Math.min(3, wanted) : wanted;
  return withServer('parley', {}, async ({ server, driver }) => {
    const others = await startDriver();
    try {
      const { port } = server;
      const lap = async (lapSeconds: number) => {
        const come = { do: 'join', server: 'parley', port, clients: CLIENTS, roomSize: ROOM_SIZE, atOnce: 20 } as const;
        const { joined, failures } = await driver.ask(come);
        expectAll('joins', CLIENTS, joined, failures);
        const cycles = COMING_AND_GOING_PER_SECOND * lapSeconds;
        const [paced, churned] = await Promise.all([
          driver.ask({ do: 'pace', perSecond: PER_SECOND, seconds: lapSeconds, boxChars: BOX_CHARS }),
          others.ask({ do: 'churn', server: 'parley', port, cycles, atOnce: 4 }),
        ]);
        expectAll('cycles', cycles, churned.joined, churned.failures);
        await driver.ask({ do: 'part' });
        return paced;
      };
      await lap(2);
      const before = await server.settledUsage();
      const { sent, latenciesMs } = await lap(seconds);
      const left = await leftOver(port);
      const after = await server.settledUsage();
      const figure = (name: string, unit: string, value: number) => ({ part: 'soak', name, unit, values: [value] });
      const about = `soak of ${seconds} s, ${CLIENTS} clients, ${PER_SECOND} relays/s`;
      return [
        row(figure(`${about}: boxes lost`, '', sent - latenciesMs.length), undefined, { most: 0 }),
        row(figure('  slowest of a thousand boxes', 'ms', percentile(latenciesMs, 0.999))),
        row(figure('  heap left over when all have gone', 'KiB', (after.heapBytes - before.heapBytes) / 1_024)),
        row(figure('  connections, rooms and seats still counted', '', left), undefined, { most: 0 }),
      ];
    } finally {
      await others.close();
    }
  });
}
