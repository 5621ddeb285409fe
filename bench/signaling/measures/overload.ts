import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { startDriver } from '../driver/driver.ts';
import { PUBLIC_HOST } from '../driver/newcomers.ts';
import { type Effort, expectAll, percentile, row, type SignalingRow, withServer } from '../measure.ts';

const MIB = 1_048_576;
const PROXY = { TRUST_PROXY: '127.0.0.1' };
const MEMBERS = 200;
const ROOM_SIZE = 4;
const RELAYS_PER_SECOND = 100;
const BOX_CHARS = 2_048;
const POLL_EVERY_MS = 200;
/** A monitor that asks whether the server is alive hears an answer within this time. */
const HEALTH_MOST_MS = 1_000;
const MALFORMED_MOST_MIB = 32;

/** Newcomers of new addresses, twice as many as the server can take in, while members of rooms go on talking. */
export async function overload({ quick }: Effort): Promise<SignalingRow[]> {
  return [...(await tooManyNewcomers(quick)), ...(await malformedFrames(quick))];
}

function tooManyNewcomers(quick: boolean): Promise<SignalingRow[]> {
  const seconds = quick ? 3 : 20;
  const limits = { ...PROXY, PUBLIC_HOSTS: PUBLIC_HOST, BUSY_DELAY_MS: '300' };
  return withServer('parley', { env: limits }, async ({ server, driver }) => {
    const { port } = server;
    const others = await startDriver();
    try {
      const come = { do: 'join', server: 'parley', port, roomSize: ROOM_SIZE, atOnce: 200 } as const;
      const calm = await driver.ask({ ...come, clients: quick ? 200 : 1_000 });
      const canTake = Math.round(calm.joined / (calm.tookMs / 1_000));
      await driver.ask({ do: 'part' });
      const { joined, failures } = await driver.ask({ ...come, clients: MEMBERS });
      expectAll('joins', MEMBERS, joined, failures);

      let isOver = false;
      const healthMs: number[] = [];
      const watching = (async () => {
        while (!isOver) {
          const startedAt = performance.now();
          await (await fetch(`http://127.0.0.1:${port}/health/live`)).text();
          healthMs.push(performance.now() - startedAt);
          await pause(POLL_EVERY_MS);
        }
      })();
      const [members, newcomers] = await Promise.all([
        driver.ask({ do: 'pace', perSecond: RELAYS_PER_SECOND, seconds, boxChars: BOX_CHARS }),
        others.ask({ do: 'newcomers', port, perSecond: 2 * canTake, seconds }),
      ]);
      isOver = true;
      await watching;
      const busy = newcomers.refused['server-busy'] ?? 0;
      const otherwise = Object.values(newcomers.refused).reduce((sum, count) => sum + count, 0) - busy;
      const codes = Object.keys(newcomers.refused).filter((code) => code !== 'server-busy');
      const figure = (name: string, unit: string, value: number) => ({ part: 'overload', name, unit, values: [value] });
      const about = `${Math.round(newcomers.pace)} newcomers a second for ${seconds} s, twice as many as came in unhurried`;
      return [
        row(figure(`${about}: joined`, '', newcomers.joined)),
        row(figure('  told server-busy', '', busy)),
        row(
          figure(`  refused otherwise${codes.length > 0 ? ` (${codes.join(', ')})` : ''}`, '', otherwise),
          undefined,
          { most: 0 },
        ),
        row(figure('  without an answer in 15 s', '', newcomers.unanswered), undefined, { most: 0 }),
        row(figure('  boxes of members lost meanwhile', '', members.sent - members.latenciesMs.length), undefined, {
          most: 0,
        }),
        row(figure('  p95 of their boxes', 'ms', percentile(members.latenciesMs, 0.95))),
        row(figure('  /health/live meanwhile, p95', 'ms', percentile(healthMs, 0.95)), undefined, {
          most: HEALTH_MOST_MS,
        }),
      ];
    } finally {
      await others.close();
    }
  });
}

function malformedFrames(quick: boolean): Promise<SignalingRow[]> {
  const frames = quick ? 500 : 10_000;
  return withServer('parley', { env: PROXY }, async ({ server, driver }) => {
    const send = { do: 'malformed', port: server.port, atOnce: 20 } as const;
    await driver.ask({ ...send, frames: quick ? 100 : 2_000 });
    const before = await server.settledUsage();
    const { closed } = await driver.ask({ ...send, frames });
    expectAll('closed connections', frames, closed);
    // Connections are given some seconds to finish the closing handshake.
    await pause(4_000);
    const after = await server.settledUsage();
    const figure = (name: string, value: number) => ({ part: 'overload', name, unit: 'MiB', values: [value / MIB] });
    return [
      row(
        figure(
          `memory left behind by ${frames.toLocaleString('en')} malformed frames`,
          after.rssBytes - before.rssBytes,
        ),
        undefined,
        { most: MALFORMED_MOST_MIB },
      ),
      row(figure('  of it on the JavaScript heap', after.heapBytes - before.heapBytes)),
    ];
  });
}
