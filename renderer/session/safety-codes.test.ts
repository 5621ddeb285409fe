import { accept, refuse, type SafetyStep } from '@parley/shared/protocol';
import { describe, expect, it } from 'vitest';
import { noLog } from '../log.ts';
import { SafetyCodes } from './safety-codes.ts';
import { fakeParticipant } from './testing/fake-participant.ts';

const step = (name: string): SafetyStep => ({ name }) as unknown as SafetyStep;

function setUp() {
  const counts = { changed: 0 };
  let started = 0;
  const exchange = {
    start: () => {
      started += 1;
      return Promise.resolve<SafetyStep | null>(step('commit'));
    },
    handle: () =>
      Promise.resolve(accept({ reply: step('reply') as SafetyStep | null, code: '1234 5678' as string | null })),
  };
  const made = fakeParticipant('a', { session: { safety: () => exchange } });
  const codes = new SafetyCodes({
    changed: () => void counts.changed++,
    log: noLog,
  });
  return { counts, exchange, codes, started: () => started, ...made };
}

describe('the codes that two people compare', () => {
  it('begin with the first step of the exchange, once for each participant', async () => {
    const { codes, participant, link, started } = setUp();
    await codes.start(participant);
    await codes.start(participant);
    expect(started()).toBe(1);
    expect(link.sent).toEqual([{ type: 'safety', step: step('commit') }]);
  });

  it('of the connection are there with the last step, whose reply is sent', async () => {
    const { codes, counts, participant, link } = setUp();
    await codes.handle(participant, { type: 'safety', step: step('answer') });
    expect(participant.safetyCode).toBe('1234 5678');
    expect(link.sent).toEqual([{ type: 'safety', step: step('reply') }]);
    expect(counts.changed).toBe(1);
  });

  it('change nothing for a wrong step, or one of a peer that is over', async () => {
    const { codes, counts, exchange, participant, link } = setUp();
    participant.peer.at = 'ended';
    await codes.handle(participant, { type: 'safety', step: step('answer') });
    participant.peer.at = 'confirmed';
    Object.assign(exchange, { handle: () => Promise.resolve(refuse('bad-request')) });
    await codes.handle(participant, { type: 'safety', step: step('answer') });
    expect([participant.safetyCode, link.sent, counts.changed]).toEqual([null, [], 0]);
  });

  it('do not begin when the pair ended meanwhile', async () => {
    const { codes, exchange, participant, link } = setUp();
    Object.assign(exchange, { start: () => Promise.reject(new Error('the pair session is closed')) });
    await codes.start(participant);
    expect(link.sent).toEqual([]);
  });
});
