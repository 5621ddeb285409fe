import { accept, type Outcome, refuse } from '@parley/shared/protocol';
import { describe, expect, it } from 'vitest';
import { testClock } from '../testing/test-kit.ts';
import { createCallQueue, LOCK_WAIT_MS } from './call-queue.ts';

/** A queue over a file that another program locks and lets go of. */
function open() {
  const clock = testClock(0);
  const answers: string[] = [];
  let passedMs = 0;
  let done: (id: number) => void = () => {};
  let locked = false;
  let pauses = 0;
  let nextId = 1;
  const queue = createCallQueue({
    run: ({ name }): Outcome<unknown> | 'paused' => {
      if (locked && name !== 'page') return refuse('history-locked');
      if (name !== 'record' || pauses === 0) return accept(null);
      pauses--;
      return 'paused';
    },
    answer: ({ id, name }, outcome) => {
      answers.push(`${id} ${name} ${outcome.ok ? 'done' : outcome.code}`);
      done(id);
    },
    now: () => clock.now() + passedMs,
    after: clock.after,
    soon: (work) => clock.after(0, work),
  });
  return {
    clock,
    answers,
    lock: (value: boolean) => {
      locked = value;
    },
    whenDone: (work: (id: number) => void) => {
      done = work;
    },
    /** The thread itself takes so long. */
    pass: (ms: number) => {
      passedMs += ms;
    },
    pause: (times: number) => {
      pauses = times;
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

describe('a record that pauses', () => {
  it('lets in what came meanwhile, but no other record', () => {
    const { clock, answers, pause, push } = open();
    pause(2);
    push('record');
    push('record');
    push('compose');
    push('deleteRoom');
    expect(answers).toEqual(['3 compose done', '4 deleteRoom done']);
    clock.advance(0);
    expect(answers.slice(2)).toEqual(['1 record done', '2 record done']);
    expect(clock.timers()).toBe(0);
  });

  it('keeps the order of the writes that find the file locked meanwhile', () => {
    const { clock, answers, lock, pause, push } = open();
    pause(1);
    push('record');
    lock(true);
    push('compose');
    lock(false);
    push('compose');
    expect(answers).toEqual([]);
    clock.advance(50);
    expect(answers).toEqual(['2 compose done', '3 compose done', '1 record done']);
  });

  it('takes nothing from the time that the records behind it may wait for a lock', () => {
    const { clock, answers, lock, pass, pause, push, whenDone } = open();
    pause(1);
    push('record');
    push('record');
    // The first takes longer than a lock is waited for, and then another program writes.
    whenDone((id) => {
      if (id !== 1) return;
      pass(LOCK_WAIT_MS);
      lock(true);
    });
    clock.advance(0);
    expect(answers).toEqual(['1 record done']);
    lock(false);
    clock.advance(100);
    expect(answers).toEqual(['1 record done', '2 record done']);
  });

  it('is done before the queue ends', async () => {
    const { clock, answers, pause, push, settle } = open();
    pause(3);
    push('record');
    const settled = settle(1_000);
    clock.advance(0);
    await settled;
    expect(answers).toEqual(['1 record done']);
    expect(clock.timers()).toBe(0);
  });
});
