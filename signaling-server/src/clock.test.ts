import { expect, it } from 'vitest';
import { repeatTask } from './clock.ts';
import { FakeClock } from './testing/fake-clock.ts';

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('a repeated task is never done twice at the same time, and goes on after a failure', async () => {
  const clock = new FakeClock();
  const started: PromiseWithResolvers<void>[] = [];
  const failures: unknown[] = [];
  const task = (): Promise<void> => {
    const running = Promise.withResolvers<void>();
    started.push(running);
    return running.promise;
  };
  const repeated = repeatTask(clock, 1_000, task, (failure) => failures.push(failure));
  clock.advance(3_000);
  repeated.run();
  expect(started).toHaveLength(1);
  started[0]?.reject('away');
  await settle();
  repeated.run();
  expect([started.length, failures]).toEqual([2, ['away']]);
  started[1]?.resolve();
  await settle();
  clock.advance(1_000);
  expect(started).toHaveLength(3);
  repeated.stop();
  started[2]?.resolve();
  await settle();
  clock.advance(1_000);
  expect([started.length, clock.pending]).toEqual([3, 0]);
});
