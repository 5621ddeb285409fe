import { describe, expect, it } from 'vitest';
import { testClock } from '#core/testing/test-kit.ts';
import { recoverPage } from './recovery.ts';
import { FakeContents } from './testing/fake-electron.ts';

describe('a page whose process died', () => {
  it('is loaded again three times a minute, then the person is told', () => {
    const contents = new FakeContents(1);
    const clock = testClock();
    const gaveUp: string[] = [];
    recoverPage(contents.asWebContents(), clock, (reason) => gaveUp.push(reason));
    const die = (reason: string) => contents.emit('render-process-gone', {}, { reason });
    die('clean-exit');
    expect(contents.reloads).toBe(0);
    for (let death = 0; death < 3; death++) die('crashed');
    expect([contents.reloads, gaveUp]).toEqual([3, []]);
    die('oom');
    expect([contents.reloads, gaveUp]).toEqual([3, ['oom']]);
    clock.advance(60_000);
    die('crashed');
    expect(contents.reloads).toBe(4);
    contents.destroyed = true;
    die('crashed');
    expect(contents.reloads).toBe(4);
  });
});
