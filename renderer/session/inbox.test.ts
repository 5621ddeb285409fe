import { expect, it } from 'vitest';
import { fakeClock, settled } from '../testing/fake-clock.ts';
import { Inbox } from './inbox.ts';

it.each([0, -3_600_000, 86_400_000])(
  'handles messages at its pace when the wall clock is set by %i ms',
  async (byMs) => {
    const clock = fakeClock();
    let handled = 0;
    const inbox = new Inbox<string>(
      clock,
      async () => {
        handled += 1;
      },
      () => {},
    );
    for (let i = 0; i < 60; i++) inbox.take('receipt');
    await settled();
    clock.setWall(byMs);
    for (let i = 0; i < 60; i++) inbox.take('receipt');
    await settled();
    expect(handled).toBe(60);
    for (let ms = 0; ms < 1_000; ms += 10) {
      clock.advance(10);
      await settled(1);
    }
    expect(handled).toBeGreaterThanOrEqual(88);
    expect(handled).toBeLessThanOrEqual(90);
    inbox.close();
  },
);
