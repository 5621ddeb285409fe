// @vitest-environment happy-dom
import type { HistoryItem, MessageCall } from '@parley/shared/model';
import { CallId, MessageId } from '@parley/shared/protocol';
import { describe, expect, it } from 'vitest';
import { AppProvider } from '../../stores/react.tsx';
import { createFakeApp } from '../../testing/gallery/fake-app.ts';
import { talkAt } from '../../testing/gallery/samples/chat.ts';
import { idOf } from '../../testing/gallery/samples/ids.ts';
import { participant } from '../../testing/gallery/samples/people.ts';
import { design, reachOf } from '../../testing/gallery/samples/rooms.ts';
import { mountEach } from '../../testing/mounted.ts';
import { CallRow } from './call-row.tsx';

const mounted = mountEach();
const callId = CallId.parse(idOf('a call', 16));

type Shown = { call?: Partial<MessageCall>; item?: Partial<HistoryItem>; running?: CallId | null };

async function show({ call = {}, item = {}, running = null }: Shown) {
  const app = createFakeApp('room', 'light');
  const prepared: unknown[] = [];
  const runs = { callId: running ?? callId, startedAt: 0, deviceIds: [] };
  app.store.setState({ reach: { [design]: reachOf([participant('Ana')], { call: running ? runs : null }) } });
  const [theirs] = talkAt(1_700_000_000_000).filter(({ mine }) => !mine);
  if (!theirs) throw new Error('the gallery has no message');
  const content = { kind: 'call' as const, missed: false, lengthMs: null, ...call };
  const shown: HistoryItem = { ...theirs, id: MessageId.parse(callId), name: 'Ana', text: '', content, ...item };
  await mounted.render(
    <AppProvider app={{ ...app, actions: { ...app.actions, prepareCall: (roomId) => void prepared.push(roomId) } }}>
      <CallRow item={shown} call={content} focused={false} position={3} total={7} />
    </AppProvider>,
  );
  const article = mounted.page.querySelector('article');
  const button = mounted.page.querySelector('button');
  const plain = (text: string | null | undefined) => text?.replaceAll(/[\u2066-\u2069]/g, '') ?? '';
  const time = mounted.page.querySelector('time')?.textContent ?? '';
  return {
    words: plain(article?.textContent)
      .replace(time, '')
      .replace(button?.textContent ?? '', ''),
    name: plain(article?.getAttribute('aria-label')).replace(`, ${time}`, ''),
    position: article?.getAttribute('aria-posinset'),
    button,
    prepared,
  };
}

describe('a call among the messages', () => {
  it.each<[string, Shown, string, string]>([
    ['how long it took', { call: { lengthMs: 720_000 } }, 'Ana started a call · 12 min12 minutes', ''],
    ['one’s own as such', { item: { mine: true } }, 'You started a call', ''],
    ['a missed one with a way back', { call: { missed: true, lengthMs: 9_000 } }, 'Missed call from Ana', 'Call back'],
    ['one that runs as no missed one', { call: { missed: true }, running: callId }, 'Ana started a call', 'Join'],
    [
      'no way back while another runs',
      { call: { missed: true }, running: CallId.parse(idOf('another', 16)) },
      'Missed call from Ana',
      '',
    ],
    ['a deleted one as such', { call: { missed: true }, item: { deleted: true } }, 'A call was deleted.', ''],
  ])('tells %s', async (_, shown, words, label) => {
    const found = await show(shown);
    expect([found.words, found.button?.textContent ?? '']).toEqual([words, label]);
  });

  it('is named for those who hear it, in its place among the messages', async () => {
    const { name, position } = await show({ call: { lengthMs: 3_900_000 } });
    expect([name, position]).toEqual(['Ana started a call, 1 hour 5 minutes', '3']);
  });

  it('is rung back from its button', async () => {
    const { button, prepared } = await show({ call: { missed: true } });
    button?.click();
    expect(prepared).toEqual([design]);
  });

  it('says who only claims to be somebody', async () => {
    const { words, name } = await show({ call: { missed: true }, item: { confirmed: false } });
    expect([words, name]).toEqual(['Missed call from Ana unconfirmed', 'Missed call from Ana (unconfirmed)']);
  });
});
