import type { ServerHost } from '@parley/shared/model';
import type { RoomId } from '@parley/shared/protocol';
import type { Clock } from '@parley/shared/timing';
import type { RoomLists } from '../signaling/room-lists.ts';
import type { AppStore } from './app-store.ts';
import type { ListedRoomsView } from './state.ts';

const TYPING_PAUSE_MS = 250;

/** The part of a server's list of rooms that is on the screen. */
export interface ListedRoomsStore {
  /** Loads the first page of `host`. */
  open(host: ServerHost): void;
  search(text: string): void;
  more(): Promise<void>;
  /** Loads again what is shown: after a refusal, or after this person changed the list. */
  reload(): Promise<void>;
  close(): void;
}

export function createListedRooms(options: {
  store: AppStore;
  roomLists: RoomLists;
  clock: Clock;
  /** A room of this computer was found on a list. */
  onFound: (roomId: RoomId) => void;
}): ListedRoomsStore {
  const { store, roomLists, clock, onFound } = options;
  /** Counts loads: the answer of an older one is dropped. */
  let latest = 0;
  let undo = () => {};

  /** Others use this computer's own server under the names that it has in the network. */
  const namesOf = (host: ServerHost): readonly ServerHost[] => {
    const { server } = store.getState();
    return server?.at === 'running' && server.host === host
      ? [host, ...server.lanHosts.map((lan) => lan.host)]
      : [host];
  };

  const change = (part: Partial<ListedRoomsView>) => {
    const { listedRooms } = store.getState();
    if (listedRooms) store.setState({ listedRooms: { ...listedRooms, ...part } });
  };

  async function load(after: string | null): Promise<void> {
    const shown = store.getState().listedRooms;
    if (!shown) return;
    const mine = ++latest;
    const search = shown.search.trim();
    change({ load: { at: after === null ? 'first' : 'more' } });
    const wanted = { ...(search === '' ? {} : { search }), ...(after === null ? {} : { after }) };
    const page = await roomLists.page(shown.host, wanted, namesOf(shown.host));
    if (mine !== latest) return;
    if (!page.ok) return change({ load: { at: 'failed', refusal: page } });
    const { items, total_count, cursor } = page.value;
    const found = new Set(items.map(({ roomId }) => roomId));
    for (const room of store.getState().rooms) {
      if (room.host === shown.host && found.has(room.roomId) && !room.listed) onFound(room.roomId);
    }
    const before = after === null ? [] : (store.getState().listedRooms?.items ?? []);
    const known = new Set(before.map(({ roomId }) => roomId));
    change({
      items: [...before, ...items.filter(({ roomId }) => !known.has(roomId))],
      total: total_count,
      cursor: cursor ?? null,
      load: { at: 'done' },
    });
  }

  const close = () => {
    latest += 1;
    undo();
    store.setState({ listedRooms: null });
  };

  return {
    open(host) {
      close();
      store.setState({ listedRooms: { host, search: '', items: [], total: 0, cursor: null, load: { at: 'first' } } });
      void load(null);
    },
    search(text) {
      undo();
      change({ search: text });
      undo = clock.after(TYPING_PAUSE_MS, () => void load(null));
    },
    async more() {
      const shown = store.getState().listedRooms;
      if (shown?.load.at === 'done' && shown.cursor !== null) await load(shown.cursor);
    },
    reload: () => load(null),
    close,
  };
}
