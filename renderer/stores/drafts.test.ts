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
  it('comes back whole and first when it was refused, however much was typed since, and reaches the disk', () => {
    const { drafts, clock, disk, shown } = opened();
    drafts.set(roomId, 'first');
    const sending = drafts.send(roomId, 'first');
    expect(shown()?.text).toBe('');
    drafts.set(roomId, 'second');
    sending.end({ text: 'first', refusal: spam });
    expect(shown()).toEqual({ text: 'first\nsecond', refusal: spam });
    clock.advance(500);
    expect(disk.written).toEqual(['first\nsecond']);
  });

  it('comes back in the order of sending where several were refused', () => {
    const { drafts, shown } = opened();
    const sendings = ['first', 'second'].map((text) => drafts.send(roomId, text));
    drafts.set(roomId, 'third');
    for (const [index, text] of ['first', 'second'].entries()) sendings[index]?.end({ text, refusal: spam });
    expect(shown()?.text).toBe('first\nsecond\nthird');
  });

  it('stays on the disk until a message has it, before what is typed meanwhile', () => {
    const { drafts, clock, disk } = opened();
    const sending = drafts.send(roomId, 'one two');
    drafts.set(roomId, 'three');
    clock.advance(500);
    sending.rest('two');
    expect(drafts.kept(roomId)).toBe('two\nthree');
    sending.rest('');
    sending.end(null);
    clock.advance(500);
    expect(disk.written).toEqual(['one two\nthree', 'three']);
  });

  it('that was sent leaves nothing on the disk', () => {
    const { drafts, clock, disk, shown } = opened();
    drafts.set(roomId, 'first');
    drafts.send(roomId, 'first').end(null);
    clock.advance(500);
    expect([shown(), disk.written.at(-1)]).toEqual([{ text: '', refusal: null }, '']);
  });

  it('is written with what is still to be sent when the app is closed', async () => {
    const { drafts, disk } = opened();
    drafts.send(roomId, 'one two').rest('two');
    await drafts.close();
    expect(disk.written).toEqual(['two']);
  });

  it('of a room that was deleted meanwhile does not come back', () => {
    const { drafts, clock, shown } = opened();
    const sending = drafts.send(roomId, 'first');
    drafts.forget(roomId);
    sending.end({ text: 'first', refusal: spam });
    expect([shown(), clock.pending]).toEqual([undefined, 0]);
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
