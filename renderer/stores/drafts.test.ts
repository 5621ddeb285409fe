import type { Bridge } from '@parley/shared/bridge';
import { accept, type Outcome, RoomId, refuse } from '@parley/shared/protocol';
import { describe, expect, it } from 'vitest';
import { fakeClock } from '../testing/fake-clock.ts';
import { createAppStore } from './app-store.ts';
import { createDrafts } from './drafts.ts';

const roomId = RoomId.parse(`${'r'.repeat(21)}A`);

/** Drafts over a disk that notes what it is given. */
function opened() {
  const store = createAppStore();
  const clock = fakeClock();
  const disk = { written: [] as string[], answer: accept({}) as Outcome<unknown> };
  const bridge = {
    call: async (_name: string, { draft }: { draft: string }) => {
      if (disk.answer.ok) disk.written.push(draft);
      return disk.answer;
    },
    on: () => () => {},
  } as unknown as Bridge;
  const drafts = createDrafts(store, bridge, clock);
  const shown = () => store.getState().drafts[roomId];
  return { drafts, clock, disk, shown };
}
const spam = refuse('message-spam');

describe('a draft', () => {
  it('comes back whole and first when it was refused, however much was typed since, and reaches the disk', async () => {
    const { drafts, clock, disk, shown } = opened();
    drafts.set(roomId, 'first');
    const ended = drafts.send(roomId, 'first');
    expect(shown()?.text).toBe('');
    drafts.set(roomId, 'second');
    ended({ text: 'first', refusal: spam });
    expect(shown()).toEqual({ text: 'first\nsecond', refusal: spam });
    clock.advance(500);
    expect(disk.written).toEqual(['first\nsecond']);
  });

  it('that is being sent stays on the disk until it was stored, and what is typed meanwhile comes after that', async () => {
    const { drafts, clock, disk } = opened();
    drafts.set(roomId, 'first');
    clock.advance(500);
    const ended = drafts.send(roomId, 'first');
    drafts.set(roomId, 'second');
    clock.advance(5_000);
    expect(disk.written).toEqual(['first']);
    ended(null);
    clock.advance(500);
    expect(disk.written).toEqual(['first', 'second']);
  });

  it('that was sent leaves nothing on the disk that the message itself did not take off it', async () => {
    const { drafts, clock, disk, shown } = opened();
    drafts.set(roomId, 'first');
    drafts.send(roomId, 'first')(null);
    clock.advance(500);
    expect([shown(), disk.written.at(-1)]).toEqual([{ text: '', refusal: null }, '']);
  });

  it('is tried again where the disk refused it, and once more at the end', async () => {
    const { drafts, clock, disk } = opened();
    disk.answer = refuse('disk-full');
    drafts.set(roomId, 'kept');
    clock.advance(500);
    expect(disk.written).toEqual([]);
    disk.answer = accept({});
    await drafts.close();
    expect(disk.written).toEqual(['kept']);
  });

  it('leaves no timer when the app is closed, on a disk that takes nothing', async () => {
    const { drafts, clock, disk } = opened();
    disk.answer = refuse('disk-full');
    drafts.set(roomId, 'kept');
    await drafts.close();
    expect(clock.pending).toBe(0);
  });
});
