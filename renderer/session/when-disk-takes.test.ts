import { accept, type ErrorCode, type Outcome, refuse } from '@parley/shared/protocol';
import { describe, expect, it } from 'vitest';
import { fakeClock, settled } from '../testing/fake-clock.ts';
import { whenDiskTakes } from './when-disk-takes.ts';

function open(answers: Outcome<string>[]) {
  const clock = fakeClock();
  const told: ErrorCode[] = [];
  let tries = 0;
  const { done, cancel } = whenDiskTakes(
    clock,
    async () => {
      tries += 1;
      return answers.shift() ?? accept('stored');
    },
    ({ code }) => void told.push(code),
  );
  return { clock, told, done, cancel, tries: () => tries };
}

describe('what is written while the disk takes nothing', () => {
  it('is tried until there is room, and each try in vain is told', async () => {
    const disk = open([refuse('disk-full'), refuse('history-locked'), refuse('timed-out')]);
    await settled();
    expect(disk.told).toEqual(['disk-full']);
    for (const ms of [500, 1_000, 2_000]) {
      disk.clock.advance(ms);
      await settled();
    }
    expect(await disk.done).toEqual(accept('stored'));
    expect(disk.told).toEqual(['disk-full', 'history-locked', 'timed-out']);
    expect(disk.clock.pending).toBe(0);
  });

  it('waits at most five seconds between two tries', async () => {
    const disk = open(Array.from({ length: 8 }, () => refuse('disk-full')));
    for (let i = 0; i < 8; i++) {
      await settled();
      disk.clock.advance(5_000);
    }
    expect(await disk.done).toEqual(accept('stored'));
    expect(disk.tries()).toBe(9);
  });

  it('is refused at once for a reason that does not pass', async () => {
    const disk = open([refuse('message-spam')]);
    expect(await disk.done).toEqual(refuse('message-spam'));
    expect(disk.told).toEqual([]);
  });

  it('ends when the person cancels, and leaves nothing behind', async () => {
    const disk = open([refuse('disk-full'), refuse('disk-full')]);
    await settled();
    disk.cancel();
    expect(await disk.done).toEqual(refuse('cancelled'));
    expect([disk.tries(), disk.clock.pending]).toEqual([1, 0]);
  });
});
