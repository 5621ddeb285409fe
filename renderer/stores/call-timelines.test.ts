import type { CallTimeline } from '@parley/shared/model';
import { accept, type Outcome } from '@parley/shared/protocol';
import { describe, expect, it } from 'vitest';
import { FakeRoom } from '../session/testing/fake-room.ts';
import { openApp } from './testing/open-app.ts';

type App = Awaited<ReturnType<typeof openApp>>;
type Kept = { callId: string; timeline: CallTimeline };

/** A core that keeps what it gets, the newest last. */
function keepingCore({ core }: App, before: CallTimeline | null = null): Kept[] {
  const kept: Kept[] = [];
  const answers = core.answers as Record<string, (input: never) => Outcome<unknown>>;
  answers['history.call-timeline'] = () => accept({ timeline: before });
  answers['history.keep-call-timeline'] = (input: Kept) => {
    kept.push(input);
    return accept({ changed: [] });
  };
  return kept;
}

async function callOfTwo(before: CallTimeline | null = null) {
  const room = await FakeRoom.create();
  const ana = await openApp(room);
  const ben = await openApp(room, { name: 'ben' });
  const kept = keepingCore(ana, before);
  for (const each of [ana, ben]) {
    each.actions.prepareCall(room.keyring.roomId);
    await room.quiet();
    await each.actions.joinCall();
    await room.quiet();
  }
  /** Ben’s link, as Ana sees it. */
  const link = (change: object) => {
    const { roomId } = room.keyring;
    const now = ana.state().reach[roomId];
    if (!now) throw new Error('the room is not open');
    const participants = now.participants.map((each) => ({ ...each, ...change }));
    ana.app.store.setState(({ reach }) => ({ reach: { ...reach, [roomId]: { ...now, participants } } }));
  };
  return { room, ana, ben, kept, link };
}
const levelsOf = (timeline: CallTimeline | null | undefined) =>
  timeline?.people.map(({ name, spans }) => [name, spans.map(({ level, cause }) => cause ?? level)]);

describe('how the own call goes (C7)', () => {
  it('is kept every minute, and once more at the end', async () => {
    const { room, ana, kept, link } = await callOfTwo();
    link({ quality: { level: 'good' } });
    room.clock.advance(61_000);
    await room.quiet();
    expect(kept).toHaveLength(1);
    link({ quality: { level: 'poor', cause: { kind: 'their-uplink', lossRatio: 0.2 } } });
    room.clock.advance(5_000);
    link({ link: 'interrupted' });
    room.clock.advance(5_000);
    expect(levelsOf(ana.actions.ownTimeline())).toEqual([['ben', expect.arrayContaining(['their-uplink', 'away'])]]);
    ana.actions.leaveCall();
    await room.quiet();
    expect(levelsOf(kept.at(-1)?.timeline)?.[0]?.[1]).toEqual(expect.arrayContaining(['good', 'their-uplink', 'away']));
    const count = kept.length;
    room.clock.advance(200_000);
    await room.quiet();
    expect(kept).toHaveLength(count);
    expect(ana.actions.ownTimeline()).toBeNull();
  });

  it('goes on after what was kept of the same call', async () => {
    const before: CallTimeline = { lengthMs: 0, people: [] };
    const { ana, room, kept, link } = await callOfTwo({
      ...before,
      people: [
        {
          deviceId: 'B'.repeat(42).concat('A') as CallTimeline['people'][number]['deviceId'],
          name: 'Cem',
          spans: [{ fromMs: 0, toMs: 0, level: 'fair', cause: 'far-away' }],
        },
      ],
    });
    link({ quality: { level: 'good' } });
    room.clock.advance(1_000);
    ana.actions.leaveCall();
    await room.quiet();
    expect(kept.at(-1)?.timeline.people.map(({ name }) => name)).toEqual(['Cem', 'ben']);
  });

  it('has nothing of somebody who took over a known name, and is not kept where nothing was measured', async () => {
    const { ana, room, kept, link } = await callOfTwo();
    link({ quality: { level: 'good' }, standing: 'changed' });
    room.clock.advance(61_000);
    ana.actions.leaveCall();
    await room.quiet();
    expect(kept.flatMap(({ timeline }) => timeline.people)).toEqual([]);
  });

  it('is kept when the app closes', async () => {
    const { ana, kept, link } = await callOfTwo();
    link({ quality: { level: 'good' } });
    await ana.app.close();
    expect(levelsOf(kept.at(-1)?.timeline)).toEqual([['ben', ['good']]]);
  });
});
