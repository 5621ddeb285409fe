import { describe, expect, it } from 'vitest';
import { readConfig } from '../config.ts';
import { createLimits } from '../limits/limits.ts';
import { countOpenSockets } from '../limits/open-sockets.ts';
import { Counters } from '../metrics/counters.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { AdmissionDesk } from './admission.ts';

function setUp(env: Record<string, string>, { isBusy = false, isSaturated = false } = {}) {
  const reading = readConfig(env);
  if (!reading.ok) throw new Error(reading.problems.join('\n'));
  const { config } = reading;
  const reached: string[] = [];
  const clock = new FakeClock();
  const limits = createLimits(config, clock, () => {});
  const desk = new AdmissionDesk({
    clock,
    limits,
    openMax: config.socketsPerAddress,
    open: countOpenSockets(),
    counters: new Counters(),
    isDraining: () => false,
    isBusy: () => isBusy,
    isSaturated: () => isSaturated,
    random: (sizeBytes) => new Uint8Array(sizeBytes),
    onLimit: (_, limit) => void reached.push(limit),
  });
  return { clock, desk, blocks: limits.blocks, reached };
}

describe('the admission of sockets (R2)', () => {
  it('gets no more in when many come at once than one after the other', async () => {
    const { desk } = setUp({ SOCKETS_PER_ADDRESS: '3', SOCKETS_PER_MINUTE: '0' });
    const admissions = await Promise.all(Array.from({ length: 10 }, () => Promise.resolve(desk.decide('203.0.113.1'))));
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
    const { desk } = setUp({ SOCKETS_PER_MINUTE: '0' }, { isBusy: true });
    const told = async (from: number) => {
      const admissions = await Promise.all(
        Array.from({ length: 200 }, (_, n) => Promise.resolve(desk.decide(`198.51.${from}.${n}`))),
      );
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

  it('waits while the joins of three seconds are under way; a client that joins nothing is given up (P3)', async () => {
    const { clock, desk } = setUp({ SOCKETS_PER_MINUTE: '0', SOCKETS_PER_ADDRESS: '0' }, { isSaturated: true });
    const come = (count: number) =>
      Promise.all(Array.from({ length: count }, () => Promise.resolve(desk.decide('203.0.113.1'))));
    const isFull = async () => {
      const [admission] = await come(1);
      if (admission) desk.closed(admission);
      return admission?.refusal?.code === 'server-busy';
    };
    const pass = (seconds: number) => {
      for (let second = 0; second < seconds; second++) {
        clock.advance(1_000);
        desk.turnSecond();
      }
    };
    const idle = await come(999);
    expect(await isFull()).toBe(false);
    await come(1);
    expect(await isFull()).toBe(true);
    pass(11);
    expect(await isFull()).toBe(false);
    // Those that were given up do not count for the pace.
    for (const admission of idle) desk.leaveQueue(admission);
    // 1,000 joins in each second: 3,000 may wait.
    for (let second = 0; second < 20; second++) {
      for (const admission of await come(1_000)) desk.leaveQueue(admission);
      pass(1);
    }
    const waiting = await come(2_990);
    expect(await isFull()).toBe(false);
    await come(20);
    expect(await isFull()).toBe(true);
    for (const admission of waiting) desk.closed(admission);
    expect(await isFull()).toBe(false);
  });

  it('lets any number of silent clients in while the server has time (P3)', async () => {
    const { desk } = setUp({ SOCKETS_PER_MINUTE: '0', SOCKETS_PER_ADDRESS: '0' });
    const admissions = await Promise.all(
      Array.from({ length: 1_500 }, () => Promise.resolve(desk.decide('203.0.113.1'))),
    );
    expect(admissions.every(({ at }) => at === 'welcome')).toBe(true);
  });
});
