import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { type Driver, startDriver } from '../driver/driver.ts';
import { type Effort, expectAll, percentile, row, type SignalingRow, withServer } from '../measure.ts';
import { readGauges } from './gauges.ts';

const MIB = 1_048_576;
const ROOM_SIZE = 4;
/** One process of clients keeps at most this many connections, so that it is not what is measured. */
const PER_DRIVER = 5_000;
const RELAYS_PER_SECOND = 500;
const BOX_CHARS = 2_048;
/** Longer than an interval of Engine.IO's heartbeat, so that a connection that is dropped for it is missing afterwards. */
const HELD_S = 30;
const POLL_EVERY_MS = 250;

/** Ten thousand participants at once, of whom some talk: all of them stay, and the server answers. */
export function crowded({ quick }: Effort): Promise<SignalingRow[]> {
  const clients = quick ? 800 : 10_000;
  const seconds = quick ? 2 : HELD_S;
  return withServer('parley', {}, async ({ server, driver }) => {
    const { port } = server;
    const drivers: Driver[] = [driver];
    try {
      for (let held = PER_DRIVER; held < clients; held += PER_DRIVER) drivers.push(await startDriver());
      const before = await server.settledUsage();
      const share = clients / drivers.length;
      for (const each of drivers) {
        const come = { do: 'join', server: 'parley', port, clients: share, roomSize: ROOM_SIZE, atOnce: 50 } as const;
        const { joined, failures } = await each.ask(come);
        expectAll('joins', share, joined, failures);
      }
      const after = await server.settledUsage();
      let isOver = false;
      const healthMs: number[] = [];
      const watching = (async () => {
        while (!isOver) {
          const startedAt = performance.now();
          const answer = await fetch(`http://127.0.0.1:${port}/health`);
          await answer.text();
          if (!answer.ok) throw new Error(`/health answered ${answer.status}`);
          healthMs.push(performance.now() - startedAt);
          await pause(POLL_EVERY_MS);
        }
      })();
      const { sent, latenciesMs } = await driver.ask({
        do: 'pace',
        perSecond: RELAYS_PER_SECOND,
        seconds,
        boxChars: BOX_CHARS,
      });
      isOver = true;
      await watching;
      const { connections, participants } = await readGauges(port);
      const count = clients.toLocaleString('en');
      const figure = (name: string, unit: string, value: number) => ({ part: 'crowded', name, unit, values: [value] });
      return [
        row(figure(`${count} connections held for ${seconds} s: connections`, '', connections), undefined, {
          least: clients,
        }),
        row(figure('  participants', '', participants), undefined, { least: clients }),
        row(figure('  memory of the server', 'MiB', after.rssBytes / MIB)),
        row(figure('  of it for each connection', 'KiB', (after.rssBytes - before.rssBytes) / clients / 1_024)),
        row(figure(`  of ${RELAYS_PER_SECOND} relays/s lost`, '', sent - latenciesMs.length), undefined, { most: 0 }),
        row(figure('  p50', 'ms', percentile(latenciesMs, 0.5))),
        row(figure('  p99', 'ms', percentile(latenciesMs, 0.99))),
        row(figure('  /health meanwhile, p95', 'ms', percentile(healthMs, 0.95)), undefined, { most: 50 }),
      ];
    } finally {
      await Promise.all(drivers.slice(1).map((each) => each.close()));
    }
  });
}
