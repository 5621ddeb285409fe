import { accept, type Outcome, refuse } from '@parley/shared/protocol';
import { describe, expect, it } from 'vitest';
import { testClock } from '../testing/test-kit.ts';
import { createCallQueue, LOCK_WAIT_MS } from './call-queue.ts';

/** A queue over a file that another program locks and lets go of. */
function open() {
  const clock = testClock(0);
  const answers: string[] = [];
  let locked = false;
  let nextId = 1;
  const queue = createCallQueue({
    run: ({ name }): Outcome<unknown> => {
      if (!locked || name === 'page') return accept(null);
      return refuse('history-locked');
    },
    answer: ({ id, name }, outcome) => void answers.push(`${id} ${name} ${outcome.ok ? 'done' : outcome.code}`),
    now: clock.now,
    after: clock.after,
  });
  return {
    clock,
    answers,
    lock: (value: boolean) => {
      locked = value;
    },
    push: (name: string) => queue.push({ id: nextId++, name, args: [] }),
    settle: queue.settle,
  };
}

describe('calls to a file that another program has locked', () => {
  it('wait in their order while reads are answered', () => {
    const { clock, answers, lock, push } = open();
    lock(true);
    push('compose');
    push('page');
    clock.advance(1_000);
    push('compose');
    push('setDraft');
    lock(false);
    // Even now a write does not overtake those that wait.
    push('compose');
    expect(answers).toEqual(['2 page done']);
    clock.advance(50);
    expect(answers.slice(1)).toEqual(['1 compose done', '3 compose done', '4 setDraft done', '5 compose done']);
    expect(clock.timers()).toBe(0);
  });

  it('are refused when their own time is over', () => {
    const { clock, answers, lock, push } = open();
    lock(true);
    push('compose');
    clock.advance(LOCK_WAIT_MS / 2);
    push('record');
    clock.advance(LOCK_WAIT_MS / 2 + 100);
    expect(answers).toEqual(['1 compose history-locked']);
    lock(false);
    clock.advance(100);
    expect(answers).toEqual(['1 compose history-locked', '2 record done']);
  });

  it('end with the queue: done when the lock goes in time, refused otherwise', async () => {
    const inTime = open();
    inTime.lock(true);
    inTime.push('compose');
    const settled = inTime.settle(1_000);
    inTime.lock(false);
    inTime.clock.advance(100);
    await settled;
    expect(inTime.answers).toEqual(['1 compose done']);
    expect(inTime.clock.timers()).toBe(0);

    const late = open();
    late.lock(true);
    late.push('compose');
    const refused = late.settle(1_000);
    late.clock.advance(1_000);
    await refused;
    expect(late.answers).toEqual(['1 compose history-locked']);
    expect(late.clock.timers()).toBe(0);
    await late.settle(1_000);
  });
});
