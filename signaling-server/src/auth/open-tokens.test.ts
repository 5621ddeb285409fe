import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { watchRights } from './open-tokens.ts';
import type { RightEnd } from './token-record.ts';

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the watch over rights', () => {
  it('does not ask a slow store again before it has answered, and closes the sockets of a right that ended', async () => {
    const clock = new FakeClock();
    const asked: ((end: RightEnd | undefined) => void)[] = [];
    const closed: string[] = [];
    const stop = watchRights(
      { endOf: () => new Promise((resolve) => asked.push(resolve)) },
      { rights: () => new Map([['anna', 1]]), closeRight: (right, end) => closed.push(`${right} ${end}`) },
      clock,
      pino({ level: 'silent' }),
    );
    for (let look = 0; look < 5; look++) {
      clock.advance(2_000);
      await settle();
    }
    expect(asked).toHaveLength(1);
    asked[0]?.('access-revoked');
    await settle();
    expect(closed).toEqual(['anna access-revoked']);
    clock.advance(2_000);
    await settle();
    expect(asked).toHaveLength(2);
    stop();
  });
});
