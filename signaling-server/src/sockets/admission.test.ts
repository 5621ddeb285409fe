import { describe, expect, it } from 'vitest';
import { readConfig } from '../config.ts';
import { FakeClock } from '../fake-clock.ts';
import { createLimits } from '../limits/limits.ts';
import { countOpenSockets } from '../limits/open-sockets.ts';
import { Tally } from '../metrics/tally.ts';
import { AdmissionDesk } from './admission.ts';

function setUp(env: Record<string, string>) {
  const reading = readConfig(env);
  if (!reading.ok) throw new Error(reading.problems.join('\n'));
  const { config } = reading;
  const desk = new AdmissionDesk({
    limits: createLimits(config, new FakeClock(), () => {}),
    openMax: config.socketsPerAddress,
    open: countOpenSockets(),
    tally: new Tally(),
    isDraining: () => false,
    isBusy: () => false,
    random: (sizeBytes) => new Uint8Array(sizeBytes),
  });
  return desk;
}

describe('who may open a socket (R2)', () => {
  it('gets no more in when many come at once than one after the other', async () => {
    const desk = setUp({ SOCKETS_PER_ADDRESS: '3', SOCKETS_PER_MINUTE: '0' });
    const admissions = await Promise.all(Array.from({ length: 10 }, () => desk.decide('203.0.113.1')));
    expect(admissions.filter(({ at }) => at === 'welcome')).toHaveLength(3);
    desk.closed('203.0.113.1');
    expect((await desk.decide('203.0.113.1')).at).toBe('welcome');
    expect((await desk.decide('203.0.113.1')).refusal?.code).toBe('rate-limited');
  });

  it('holds no place when another limit refuses it', async () => {
    const desk = setUp({ SOCKETS_PER_ADDRESS: '2', SOCKETS_PER_MINUTE: '1' });
    expect((await desk.decide('203.0.113.1')).at).toBe('welcome');
    for (let n = 0; n < 5; n++)
      expect((await desk.decide('203.0.113.1')).refusal).toMatchObject({ retryAfterMs: expect.any(Number) });
  });
});
