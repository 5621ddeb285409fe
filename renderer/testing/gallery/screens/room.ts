import { refuse } from '@parley/shared/protocol';
import { refusedConnection } from '../../../signaling/server-connection.ts';
import { type GalleryScreen, here, inRoom, withReach } from '../base-state.ts';
import { chatOf, talkAt } from '../samples/chat.ts';
import { participant } from '../samples/people.ts';
import { design, reachOf } from '../samples/rooms.ts';
import { quotedRefusal } from '../samples/servers.ts';

export const roomScreens = {
  room: () => ({ screen: inRoom() }),
  'room-empty': (base) => ({
    screen: inRoom(),
    chats: { [design]: chatOf([]) },
    reach: withReach(base, reachOf([])),
  }),
  'room-loading': () => ({ screen: inRoom(), chats: { [design]: chatOf([], { loading: 'first' }) } }),
  'room-offline': (base, nowMs) => ({
    screen: inRoom(),
    reach: withReach(base, reachOf(here(), { connection: { at: 'reconnecting', since: nowMs } })),
    chats: { [design]: chatOf(talkAt(nowMs), { sendRefusal: refuse('message-spam'), draft: 'Again?' }) },
  }),
  'room-refused': (base, nowMs) => ({
    screen: inRoom(),
    reach: withReach(base, reachOf([], { connection: refusedConnection(refuse('server-unreachable'), nowMs + 5_000) })),
    chats: { [design]: chatOf(talkAt(nowMs), { draft: 'x'.repeat(880) }) },
  }),
  'room-refused-quoted': (base, nowMs) => ({
    screen: inRoom(),
    reach: withReach(base, reachOf([], { connection: refusedConnection(quotedRefusal, nowMs + 5_000) })),
    chats: { [design]: chatOf(talkAt(nowMs)) },
  }),
  'room-people': (base) => ({
    screen: inRoom('people'),
    reach: withReach(
      base,
      reachOf([
        ...here(),
        participant('Chiara Fontana', { standing: 'changed', link: 'interrupted' }),
        participant('Đorđe', { standing: 'new', link: 'opening' }),
      ]),
    ),
  }),
  'room-details': (base) => ({
    screen: inRoom('details'),
    rooms: base.rooms.map((one) => (one.roomId === design ? { ...one, host: '127.0.0.1:7420' } : one)),
  }),
} satisfies Record<string, GalleryScreen>;
