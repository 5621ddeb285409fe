import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { BridgeEvent } from '@parley/shared/bridge';
import type { Preparing } from '@parley/shared/model';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCore } from './core.ts';
import { addOldRoom, makeOldHistory } from './history/migrations/testing/test-old-history.ts';
import { SAID_AFTER_MS, sayWhenLong } from './preparing.ts';
import { ask, newRoomId, type TestClock, temporaryFolder, testClock, testPorts } from './testing/test-kit.ts';

let folder: ReturnType<typeof temporaryFolder>;
let clock: TestClock;
beforeEach(() => {
  folder = temporaryFolder();
  clock = testClock();
});
afterEach(() => folder.remove());

describe('work that may be long', () => {
  it('is told of when it has taken a second, and then at each step', () => {
    const said: Preparing[] = [];
    const { goesOn, end } = sayWhenLong(clock, (progress) => said.push(progress));
    for (const done of [0, 1]) goesOn({ done, total: 9 });
    clock.advance(SAID_AFTER_MS - 1);
    expect(said).toEqual([]);
    clock.advance(1);
    goesOn({ done: 2, total: 9 });
    end();
    expect(said).toEqual([
      { done: 1, total: 9 },
      { done: 2, total: 9 },
    ]);
    expect(clock.timers()).toBe(0);
  });

  it('is not told of where it was short', () => {
    const said: Preparing[] = [];
    const { goesOn, end } = sayWhenLong(clock, (progress) => said.push(progress));
    end();
    goesOn({ done: 0, total: 9 });
    end();
    clock.advance(SAID_AFTER_MS);
    expect(said).toEqual([]);
  });
});

describe('a core on a profile of an earlier version', () => {
  const makeOldProfile = () => {
    const profile = join(folder.path, 'profile');
    mkdirSync(profile);
    const roomId = newRoomId();
    // The last version in which a room says when it was renamed.
    makeOldHistory(join(profile, 'history.db'), 13, (db) => addOldRoom(db, roomId));
    return { profile, roomId };
  };

  it('lets pages in and tells them that the history is prepared, where that takes a while', async () => {
    const { profile, roomId } = makeOldProfile();
    // A second is over at once.
    const after: TestClock['after'] = (delayMs, work) => {
      if (delayMs !== SAID_AFTER_MS) return clock.after(delayMs, work);
      work();
      return () => undefined;
    };
    const core = await createCore(testPorts(profile, { clock: { ...clock, after } }));
    const heard: [BridgeEvent, unknown][] = [];
    core.openPage((event, payload) => heard.push([event, payload]));
    expect(heard).toEqual([['app.preparing', { done: 0, total: 0 }]]);
    const { items } = await ask(core, 'rooms.list', {});
    expect(items.map((room) => room.roomId)).toEqual([roomId]);
    await core.close();
  });

  it('opens as ever where it is short', async () => {
    const { profile } = makeOldProfile();
    const core = await createCore(testPorts(profile, { clock }));
    const heard: unknown[] = [];
    core.openPage((event) => heard.push(event));
    expect(heard).toEqual([]);
    await core.close();
    expect(clock.timers()).toBe(0);
  });
});
