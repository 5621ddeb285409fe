// @vitest-environment happy-dom
import type { HistoryItem, Room } from '@parley/shared/model';
import { CallId } from '@parley/shared/protocol';
import { describe, expect, it } from 'vitest';
import { AppProvider } from '../../stores/react.tsx';
import type { ParticipantView } from '../../stores/state.ts';
import { createFakeApp } from '../../testing/gallery/fake-app.ts';
import { idOf } from '../../testing/gallery/samples/ids.ts';
import { participant } from '../../testing/gallery/samples/people.ts';
import { reachOf } from '../../testing/gallery/samples/rooms.ts';
import { mountEach } from '../../testing/mounted.ts';
import { TooltipProvider } from '../../ui/tooltip.tsx';
import { HomeScreen } from './home-screen.tsx';

const mounted = mountEach();

type Last = Pick<HistoryItem, 'text' | 'mine'> & Pick<NonNullable<Room['lastMessage']>, 'call'>;
type Told = {
  draft?: string;
  last?: Last;
  here?: ParticipantView[];
  missedCalls?: number;
  running?: CallId;
};

const callId = CallId.parse(idOf('a call', 16));

/** The line under the name of the only room, and what stands beside it about missed calls. */
async function rowOf({ draft = '', last, here = [], missedCalls = 0, running }: Told) {
  const app = createFakeApp('home', 'light');
  app.store.setState(({ rooms: [room] }) => {
    if (!room) throw new Error('the gallery has no room');
    const { roomId } = room;
    const lastMessage = last ? { ...last, name: 'Ana', confirmed: true, sentAt: 1 } : null;
    return {
      rooms: [
        {
          ...room,
          name: 'Choir',
          lastMessage,
          ...(missedCalls > 0 ? { missedCall: { callId, name: 'Ana', confirmed: true, count: missedCalls } } : {}),
        },
      ],
      drafts: { [roomId]: { text: draft, refusal: null } },
      reach: {
        [roomId]: reachOf(here, { call: running ? { callId: running, startedAt: 0, deviceIds: [] } : null }),
      },
    };
  });
  await mounted.render(
    <AppProvider app={app}>
      <TooltipProvider>
        <HomeScreen />
      </TooltipProvider>
    </AppProvider>,
  );
  const plain = (found: Element | null | undefined) => found?.textContent?.replaceAll(/[\u2066-\u2069]/g, '') ?? '';
  const mark = mounted.page.querySelector('[data-missed-calls]');
  return {
    line: plain(mounted.page.querySelector('[data-last]')),
    mark: plain(mark),
    title: mark?.getAttribute('title'),
  };
}
const lineOf = async (told: Told) => (await rowOf(told)).line;
const ana = participant('Ana', { typing: true });
const missed = { text: '', mine: false, call: { callId, missed: true, lengthMs: null } };
const took = { text: '', mine: false, call: { callId, missed: false, lengthMs: 60_000 } };
const hello = { text: 'Hello', mine: false };

describe('the line of a room on Home', () => {
  it.each<[string, Told, string]>([
    ['the last message', { last: hello }, 'Ana: Hello'],
    ['one’s own as such', { last: { text: 'Hello', mine: true } }, 'You: Hello'],
    ['a deleted one as such', { last: { text: '', mine: false } }, 'Ana: Deleted message'],
    ['the draft before the last message', { last: hello, draft: 'Dear all' }, 'Draft: Dear all'],
    ['somebody who writes before both', { last: hello, draft: 'Dear all', here: [ana] }, 'Ana is writing…'],
    ['several who write', { here: [ana, participant('Ben', { typing: true })] }, 'Ana and Ben are writing…'],
    ['nobody who has left', { last: hello, here: [{ ...ana, link: 'closed' }] }, 'Ana: Hello'],
    ['nobody who is only there', { last: hello, here: [participant('Ana')] }, 'Ana: Hello'],
    ['a missed call as such', { last: missed }, 'Missed call from Ana'],
    ['a call that still rings as one', { last: missed, running: callId }, 'Ana started a call'],
    ['how long a call took', { last: took }, 'Ana started a call · 1 min1 minute'],
    ['the draft before a missed call', { last: missed, draft: 'Dear all' }, 'Draft: Dear all'],
    ['that there is nothing yet', {}, 'No messages yet'],
  ])('tells %s', async (_, told, expected) => {
    expect(await lineOf(told)).toBe(expected);
  });
});

describe('the mark of missed calls on Home', () => {
  it.each<[string, Told, string, string]>([
    ['one with its author, beside a draft', { missedCalls: 1, draft: 'Dear all' }, 'Missed call from Ana', ''],
    ['one beside somebody who writes', { missedCalls: 1, here: [ana] }, 'Missed call from Ana', ''],
    ['several by their number', { missedCalls: 3, last: hello }, '3 missed calls', '3'],
    ['those before one that rings now', { missedCalls: 2, running: callId }, '1 missed call', ''],
  ])('tells %s', async (_, told, title, count) => {
    expect(await rowOf(told)).toMatchObject({ title, mark: `${count}${title}` });
  });

  it.each<[string, Told]>([
    ['where none was missed', { last: hello }],
    ['for one that rings still', { missedCalls: 1, running: callId }],
  ])('is not there %s', async (_, told) => {
    expect((await rowOf(told)).mark).toBe('');
  });
});

describe('calling back from Home (C11)', () => {
  const backs = () =>
    [...mounted.page.querySelectorAll('button')].filter((button) =>
      button.getAttribute('aria-label')?.startsWith('Call back'),
    );

  it('is one press beside a room with a missed call, on the way to the call', async () => {
    await rowOf({ missedCalls: 2, last: missed });
    expect(backs().map((button) => button.getAttribute('aria-label'))).toEqual(['Call back in Choir']);
  });

  it.each<[string, Told]>([
    ['without a missed call', { last: missed }],
    ['while a call runs there, which its row leads to', { missedCalls: 2, running: callId }],
  ])('is not offered %s', async (_, told) => {
    await rowOf(told);
    expect(backs()).toEqual([]);
  });
});
