import { accept, type ListedRooms, type Outcome, refuse } from '@parley/shared/protocol';
import { describe, expect, it } from 'vitest';
import type { RoomListPage } from '../signaling/room-lists.ts';
import { fakeClock, settled } from '../testing/fake-clock.ts';
import { listedRoomOf } from '../testing/gallery/samples/servers.ts';
import { createAppStore } from './app-store.ts';
import { createListedRooms } from './listed-rooms.ts';

const host = 'parley.example';
const pageOf = (names: string[], total: number, cursor?: string): Outcome<ListedRooms> =>
  accept({
    items: names.map((name) => listedRoomOf(name)),
    total_count: total,
    returned_count: names.length,
    has_more: cursor !== undefined,
    ...(cursor === undefined ? {} : { cursor }),
  });

function opened() {
  const store = createAppStore();
  const clock = fakeClock();
  const asked: RoomListPage[] = [];
  const askedFor: unknown[] = [];
  const answers: ((page: Outcome<ListedRooms>) => void)[] = [];
  const found: string[] = [];
  const rooms = createListedRooms({
    store,
    clock,
    onFound: (roomId) => found.push(roomId),
    roomLists: {
      page: (_, page, names) => {
        asked.push(page);
        askedFor.push(names);
        return new Promise((resolve) => answers.push(resolve));
      },
      change: async () => refuse('not-allowed'),
    },
  });
  const answer = async (page: Outcome<ListedRooms>) => {
    answers.shift()?.(page);
    await settled();
  };
  const names = () => store.getState().listedRooms?.items.map(({ name }) => name);
  return { store, clock, asked, askedFor, rooms, answer, names, found, view: () => store.getState().listedRooms };
}

describe('the list of rooms on the screen', () => {
  it('loads a page at a time, until the last, and no room twice', async () => {
    const { rooms, answer, names, asked, view } = opened();
    rooms.open(host);
    await answer(pageOf(['Choir', 'Garden'], 3, 'c1'));
    void rooms.more();
    expect(view()?.load.at).toBe('more');
    // Somebody came onto the list meanwhile, and a room moved to the next page.
    await answer(pageOf(['Garden', 'Parents'], 3));
    expect(names()).toEqual(['Choir', 'Garden', 'Parents']);
    expect(asked).toEqual([{}, { after: 'c1' }]);
    await rooms.more();
    expect(asked).toHaveLength(2);
  });

  it('is that of the server under the name that was asked, and of this computer’s own under all its names', async () => {
    const { rooms, store, askedFor } = opened();
    const lanHosts = [
      { host: '192.168.1.20:7350', network: 'wlan0' },
      { host: '10.0.0.5:7350', network: 'eth0' },
    ];
    store.setState({ server: { at: 'running', host: '127.0.0.1:7350', lanHosts } });
    rooms.open(host);
    rooms.open('127.0.0.1:7350');
    expect(askedFor).toEqual([[host], ['127.0.0.1:7350', '192.168.1.20:7350', '10.0.0.5:7350']]);
  });

  it('searches a moment after the typing stops, and drops the answer to what was typed before', async () => {
    const { rooms, answer, names, asked, clock } = opened();
    rooms.open(host);
    rooms.search('c');
    rooms.search('choir');
    clock.advance(250);
    expect(asked).toEqual([{}, { search: 'choir' }]);
    await answer(pageOf(['Garden'], 1));
    expect(names()).toEqual([]);
    await answer(pageOf(['Choir'], 1));
    expect(names()).toEqual(['Choir']);
  });

  it('keeps the refusal until it is loaded again', async () => {
    const { rooms, answer, view } = opened();
    rooms.open(host);
    await answer(refuse('access-expired'));
    expect(view()?.load).toMatchObject({ at: 'failed', refusal: { code: 'access-expired' } });
    void rooms.reload();
    await answer(pageOf([], 0));
    expect(view()?.load.at).toBe('done');
    rooms.close();
    expect(view()).toBeNull();
  });
});
