import { refuse } from '@parley/shared/protocol';
import { NO_SEARCH } from '../../../stores/app-store.ts';
import { type GalleryScreen, here, inRoom, withReach } from '../base-state.ts';
import { missedCall } from '../samples/calls.ts';
import { hitOf, talkAt } from '../samples/chat.ts';
import { fileMessagesAt, filesAt } from '../samples/files.ts';
import { callId } from '../samples/ids.ts';
import { reachOf } from '../samples/rooms.ts';

export const homeScreens = {
  home: () => ({}),
  // Missed calls beside a draft, below a newer message and as the newest thing.
  'home-missed': (base) => ({
    rooms: base.rooms.map((room, index) => {
      const call = { callId: missedCall.callId, missed: true, lengthMs: 21_000 };
      const last = { name: 'Ana Moreira', confirmed: true, text: '', sentAt: room.lastActiveAt, mine: false };
      if (index === 0 || index === 4)
        return { ...room, lastMessage: { ...last, call }, unread: 1, missedCall: { ...missedCall, count: 1 } };
      if (index === 1) return { ...room, missedCall: { ...missedCall, count: 3 } };
      if (index === 2)
        return { ...room, lastMessage: { ...last, call: { ...call, missed: false, lengthMs: 727_000 } } };
      return index === 3 ? { ...room, unread: 1, mentions: 0, missedCall: { ...missedCall, count: 1 } } : room;
    }),
  }),
  'do-not-disturb': () => ({}),
  'do-not-disturb-on': (_, nowMs) => ({ quiet: { why: 'do-not-disturb', until: nowMs + 3_000_000 } }),
  'home-empty': () => ({
    rooms: [],
    reach: {},
    server: { at: 'running', host: '127.0.0.1:7420', lanHosts: [{ host: '192.168.4.20:7420', network: 'Wi-Fi' }] },
  }),
  search: (_, nowMs) => {
    const hits = talkAt(nowMs)
      .filter(({ text }) => text.toLowerCase().includes('sam'))
      .map((item) => hitOf(item, 'sam'));
    return { search: { ...NO_SEARCH, open: true, query: 'sam', at: 'done', hits, total: hits.length } };
  },
  'search-nothing': () => ({
    search: { ...NO_SEARCH, open: true, query: 'zebra', at: 'done' },
  }),
  'search-narrowed': (_, nowMs) => {
    const [item] = talkAt(nowMs).filter(({ mine }) => !mine);
    if (!item) return {};
    const { author, authorName, name, confirmed, mine } = item;
    const people = [{ author, authorName, name, confirmed, mine }];
    const filters = { roomId: item.roomId, author, kind: 'link' as const, from: nowMs - 86_400_000 * 30, until: null };
    const hits = [{ item, roomName: 'Design circle', matches: [] }];
    return {
      search: { ...NO_SEARCH, open: true, query: 'e', at: 'done', filters, people, hits, total: null, next: 5 },
    };
  },
  'search-files': (base, nowMs) => {
    const hits = fileMessagesAt(nowMs)
      .slice(0, 6)
      .map((item) => ({ item, roomName: 'Design circle', matches: [] }));
    const filters = { ...NO_SEARCH.filters, kind: 'file' as const };
    return {
      files: { ...base.files, ...filesAt(nowMs).files },
      search: { ...NO_SEARCH, open: true, query: '', at: 'done', filters, hits, total: hits.length },
    };
  },
  incoming: (base, nowMs) => ({
    reach: withReach(
      base,
      reachOf(here(), {
        ringing: { callId, from: 'Ana Moreira', verified: true },
        call: {
          callId,
          startedAt: nowMs,
          deviceIds: here()
            .slice(0, 1)
            .map(({ deviceId }) => deviceId),
        },
      }),
    ),
  }),
  notices: () => ({
    screen: inRoom(),
    notices: [
      { id: 1, tone: 'info', text: 'The invite was copied.', code: null, shows: null },
      { id: 2, tone: 'trouble', text: refuse('link-failed').message, code: 'link-failed', shows: null },
    ],
  }),
} satisfies Record<string, GalleryScreen>;
