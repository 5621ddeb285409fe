import { join } from 'node:path';
import { type HistoryItem, mentionOf, profileFromName } from '@parley/shared/model';
import { expect, it } from 'vitest';
import { newMessageId, openTestStore, type TestStore, temporaryFolder } from '../testing/test-kit.ts';

it('counts the unread messages that mention this device, as they are now', () => {
  const folder = temporaryFolder();
  const ana = openTestStore(join(folder.path, 'ana.db'), { name: 'Ana' });
  const ben = openTestStore(join(folder.path, 'ben.db'), { name: 'Ben' });
  try {
    const roomId = ana.addRoom();
    ben.addRoom(roomId);
    const compose = (
      store: TestStore,
      content: Parameters<TestStore['store']['compose']>[0]['content'],
    ): HistoryItem => {
      ana.clock.advance(1_000);
      return store.store.compose({ id: newMessageId(), roomId, content }, profileFromName('Ana')).item;
    };
    const say = (text: string) => compose(ana, { kind: 'text', text, of: null });
    const pass = () => {
      const { heads } = ben.store.heads(roomId, null, null);
      ben.store.record(roomId, ana.store.missing(roomId, { heads, above: null, upTo: null, after: null }, 50).messages);
      return ben.store.rooms()[0]?.mentions;
    };
    const ownDevice = compose(ben, { kind: 'text', text: 'hello', of: null }).author;
    const toBen = mentionOf({ device: ownDevice, name: 'Ben' });

    say('for nobody');
    const first = say(`${toBen}, lunch?`);
    const second = say(`or ${toBen} and I`);
    expect(pass()).toBe(2);
    compose(ana, { kind: 'edit', of: { author: first.author, id: first.id }, text: 'not for him' });
    expect(pass()).toBe(1);
    ben.store.markSeen(roomId, { from: null, upTo: { author: second.author, id: second.id } });
    expect(ben.store.rooms()[0]?.mentions).toBe(0);
  } finally {
    ana.close();
    ben.close();
    folder.remove();
  }
});
