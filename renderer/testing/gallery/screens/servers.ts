import { refuse } from '@parley/shared/protocol';
import type { AppState, ListedRoomsView } from '../../../stores/state.ts';
import { type GalleryScreen, inRoom } from '../base-state.ts';
import { design, reachOf } from '../samples/rooms.ts';
import { sampleListedRooms, serverOf, serversWithLongNames } from '../samples/servers.ts';

const section = { screen: { at: 'settings', section: 'servers' } } as const;
const host = 'parley.studio.example';

const listOf = (more: Partial<ListedRoomsView> = {}): Partial<AppState> => ({
  screen: { at: 'listed-rooms', host },
  listedRooms: {
    host,
    search: '',
    items: sampleListedRooms,
    total: 42,
    cursor: 'next',
    load: { at: 'done' },
    ...more,
  },
});

const listed =
  (needsPassphrase: boolean): GalleryScreen =>
  (base) => ({
    screen: inRoom('details'),
    rooms: base.rooms.map((room) =>
      room.roomId === design ? { ...room, listed: true, wasListed: true, needsPassphrase } : room,
    ),
  });

export const serverScreens = {
  servers: () => section,
  'servers-only-own': (base) => ({ ...section, servers: base.servers.slice(0, 1) }),
  'servers-trouble': (base) => ({
    ...section,
    servers: [
      ...base.servers.slice(0, 1),
      serverOf(host, { name: 'Studio', rooms: 4, right: { at: 'lost', kind: 'token', code: 'access-revoked' } }),
      serverOf('calls.climbing-club.example:8443', {
        rooms: 1,
        right: { at: 'lost', kind: 'password', code: 'access-refused' },
      }),
      serverOf('192.168.4.20:7420', {
        name: 'Grandma’s computer',
        check: { at: 'failed', code: 'server-unreachable', message: 'No answer.', checkedAt: 0 },
      }),
    ],
  }),
  'servers-long-names': () => ({ ...section, servers: serversWithLongNames }),
  'servers-add': () => section,
  'servers-rename': () => section,
  'servers-remove': () => section,
  'listed-rooms': () => listOf(),
  'listed-rooms-loading': () => listOf({ items: [], total: 0, cursor: null, load: { at: 'first' } }),
  'listed-rooms-nothing': () => listOf({ items: [], total: 0, cursor: null, search: 'zebra' }),
  'listed-rooms-failed': () =>
    listOf({ items: [], total: 0, cursor: null, load: { at: 'failed', refusal: refuse('server-unreachable') } }),
  'listed-rooms-join': () => listOf(),
  'room-details-listed': listed(false),
  'room-details-listed-passphrase': listed(true),
  'room-details-unlisted': (base) => ({ screen: inRoom('details'), rooms: base.rooms }),
  'room-publish': (base) => ({ screen: inRoom('details'), rooms: base.rooms }),
  'new-room': () => ({}),
  'new-room-more': (base) => ({ settings: { ...base.settings, homeServer: host } }),
  'home-server-away': (base) => ({
    settings: { ...base.settings, homeServer: host },
    reach: {
      [design]: reachOf([], {
        connection: { at: 'refused', refusal: refuse('server-unreachable'), remedy: 'wait', retryAt: null },
      }),
    },
  }),
} satisfies Record<string, GalleryScreen>;

export const pressedForServers: Partial<Record<keyof typeof serverScreens, readonly string[]>> = {
  'servers-add': ['Add a server'],
  'servers-rename': ['Rename'],
  'servers-remove': ['Remove'],
  'listed-rooms-join': ['Join Parents of class 4b'],
  'room-publish': ['Put it on the list'],
  'new-room': ['Start a callMake a room and invite people'],
  'new-room-more': ['Start a callMake a room and invite people', 'Passphrase and list'],
};
