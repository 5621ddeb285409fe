import { describe, expect, it } from 'vitest';
import { readConfig } from '../config.ts';
import { createLimits } from '../limits/limits.ts';
import { countOpenSockets } from '../limits/open-sockets.ts';
import { Counters } from '../metrics/counters.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { AdmissionDesk } from './admission.ts';

function setUp(env: Record<string, string>, isBusy = false) {
  const reading = readConfig(env);
  if (!reading.ok) throw new Error(reading.problems.join('\n'));
  const { config } = reading;
  const reached: string[] = [];
  const limits = createLimits(config, new FakeClock(), () => {});
  const desk = new AdmissionDesk({
    limits,
    openMax: config.socketsPerAddress,
    open: countOpenSockets(),
    counters: new Counters(),
    isDraining: () => false,
    isBusy: () => isBusy,
    random: (sizeBytes) => new Uint8Array(sizeBytes),
    onLimit: (_, limit) => void reached.push(limit),
  });
  return { desk, blocks: limits.blocks, reached };
}

describe('who may open a socket (R2)', () => {
  it('gets no more in when many come at once than one after the other', async () => {
    const { desk } = setUp({ SOCKETS_PER_ADDRESS: '3', SOCKETS_PER_MINUTE: '0' });
    const admissions = await Promise.all(Array.from({ length: 10 }, () => desk.decide('203.0.113.1')));
    expect(admissions.filter(({ at }) => at === 'welcome')).toHaveLength(3);
    const [first] = admissions;
    if (first) desk.closed(first);
    if (first) desk.closed(first);
    expect((await desk.decide('203.0.113.1')).at).toBe('welcome');
    expect((await desk.decide('203.0.113.1')).refusal?.code).toBe('rate-limited');
  });

  it('blocks no address for apps too many behind it, only for asking without end (R7)', async () => {
    const { desk, blocks } = setUp({ SOCKETS_PER_ADDRESS: '2', SOCKETS_PER_MINUTE: '30', STRIKES_PER_MINUTE: '5' });
    for (let n = 0; n < 330; n++) await desk.decide('203.0.113.1');
    await expect.poll(() => blocks.remainingMs('203.0.113.1')).toBe(0);
    for (let n = 0; n < 7; n++) expect((await desk.decide('203.0.113.1')).refusal?.code).not.toBeUndefined();
    await expect.poll(() => blocks.remainingMs('203.0.113.1')).toBeGreaterThan(0);
  });

  it('hears with every refusal how long to wait, and the log hears once which limit it was', async () => {
    const full = setUp({ SOCKETS_PER_ADDRESS: '1', SOCKETS_PER_MINUTE: '0' });
    const often = setUp({ SOCKETS_PER_MINUTE: '1' });
    for (const { desk } of [full, often]) {
      await desk.decide('203.0.113.1');
      for (let n = 0; n < 3; n++)
        expect((await desk.decide('203.0.113.1')).refusal?.retryAfterMs).toBeGreaterThanOrEqual(55_000);
    }
    expect([full.reached, often.reached]).toEqual([['SOCKETS_PER_ADDRESS'], ['SOCKETS_PER_MINUTE']]);
  });

  it('is told so by the answer to the upgrade alone when many are turned away at once (P3)', async () => {
    const { desk } = setUp({ SOCKETS_PER_MINUTE: '0' }, true);
    const told = async (from: number) => {
      const admissions = await Promise.all(Array.from({ length: 200 }, (_, n) => desk.decide(`198.51.${from}.${n}`)));
      expect(admissions.every(({ refusal }) => refusal?.code === 'server-busy')).toBe(true);
      expect(admissions.every(({ refusal }) => (refusal?.retryAfterMs ?? 0) >= 2_000)).toBe(true);
      return admissions.filter(({ at }) => at === 'told').length;
    };
    expect(await told(1)).toBe(100);
    expect(await told(2)).toBe(0);
    desk.turnSecond();
    expect(await told(3)).toBe(100);
  });

  it('holds no place when another limit refuses it', async () => {
    const { desk } = setUp({ SOCKETS_PER_ADDRESS: '2', SOCKETS_PER_MINUTE: '1' });
    expect((await desk.decide('203.0.113.1')).at).toBe('welcome');
    for (let n = 0; n < 5; n++)
      expect((await desk.decide('203.0.113.1')).refusal).toMatchObject({ retryAfterMs: expect.any(Number) });
  });
});
