// @vitest-environment happy-dom
import type { HistoryItem } from '@parley/shared/model';
import { describe, expect, it } from 'vitest';
import { AppProvider } from '../../stores/react.tsx';
import type { ParticipantView } from '../../stores/state.ts';
import { createFakeApp } from '../../testing/gallery/fake-app.ts';
import { participant } from '../../testing/gallery/samples/people.ts';
import { reachOf } from '../../testing/gallery/samples/rooms.ts';
import { mountEach } from '../../testing/mounted.ts';
import { HomeScreen } from './home-screen.tsx';

const mounted = mountEach();

type Told = { draft?: string; last?: Pick<HistoryItem, 'text' | 'mine'>; here?: ParticipantView[] };

/** The line under the name of the only room. */
async function lineOf({ draft = '', last, here = [] }: Told): Promise<string> {
  const app = createFakeApp('home', 'light');
  app.store.setState(({ rooms: [room] }) => {
    if (!room) throw new Error('the gallery has no room');
    const { roomId } = room;
    const lastMessage = last ? { ...last, name: 'Ana', confirmed: true, sentAt: 1 } : null;
    return {
      rooms: [{ ...room, name: 'Choir', lastMessage }],
      drafts: { [roomId]: { text: draft, refusal: null } },
      reach: { [roomId]: reachOf(here) },
    };
  });
  await mounted.render(
    <AppProvider app={app}>
      <HomeScreen />
    </AppProvider>,
  );
  return mounted.page.querySelector('[data-last]')?.textContent?.replaceAll(/[\u2066-\u2069]/g, '') ?? '';
}
const ana = participant('Ana', { typing: true });
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
    ['that there is nothing yet', {}, 'No messages yet'],
  ])('tells %s', async (_, told, expected) => {
    expect(await lineOf(told)).toBe(expected);
  });
});
