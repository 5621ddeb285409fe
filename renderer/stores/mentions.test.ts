import { type HistoryItem, mentionOf, type Room } from '@parley/shared/model';
import { describe, expect, it } from 'vitest';
import { createFakeApp } from '../testing/gallery/fake-app.ts';
import { deviceIdOf } from '../testing/gallery/samples/ids.ts';
import { tellOfMentions } from './mentions.ts';
import type { AppState } from './state.ts';

const me = mentionOf({ device: deviceIdOf('You'), name: 'Noor' });
const other = mentionOf({ device: deviceIdOf('Benedikt'), name: 'Noor' });

function told(change: (room: Room) => Partial<AppState>, ...texts: string[]) {
  return toldOf('delivered', change, texts);
}
function toldOf(state: HistoryItem['state'], change: (room: Room) => Partial<AppState>, texts: readonly string[]) {
  const { store } = createFakeApp('room', 'light');
  const { rooms, chats } = store.getState();
  const [room] = rooms;
  const item = room && chats[room.roomId]?.items.find(({ mine, confirmed }) => !mine && confirmed);
  if (!room || !item) throw new Error('the gallery has no room with a message');
  store.setState(change(room));
  const said: string[] = [];
  const items = texts.map((text): HistoryItem => ({ ...item, text, state }));
  tellOfMentions(store, { say: (_, text) => void said.push(text) }, room.roomId, items);
  return said;
}
const elsewhere = (): Partial<AppState> => ({ screen: { at: 'home' } });

describe('a mention of this person', () => {
  it('makes a notice, which an ordinary message does not', () => {
    expect(told(elsewhere, `${me}, look`, 'plain words', `for ${other}`)).toEqual([
      'Ana Moreira mentioned you in Design circle.',
    ]);
  });

  it('makes one notice where several come at once', () => {
    expect(told(elsewhere, me, me, me)).toEqual(['You were mentioned 3 times in Design circle.']);
  });

  it('makes none where it was read on another computer of theirs', () => {
    expect(toldOf('read', elsewhere, [me])).toEqual([]);
  });

  it('makes none where the conversation is on the screen', () => {
    const here = ({ roomId }: Room): Partial<AppState> => ({
      screen: { at: 'room', roomId, panel: 'chat', focusMessage: null },
    });
    expect(told(here, me)).toEqual([]);
  });
});
