import { messageKey, NO_RULES } from '@parley/shared/model';
import { refuse } from '@parley/shared/protocol';
import { refusedConnection } from '../../../signaling/server-connection.ts';
import { type GalleryScreen, here, inRoom, joined, withReach } from '../base-state.ts';
import { callsAt } from '../samples/calls.ts';
import {
  chatOf,
  gapsAt,
  livelyAt,
  longTalkAt,
  markedAt,
  mentionsAt,
  roomChangesAt,
  scriptsAt,
  talkAt,
} from '../samples/chat.ts';
import { fileMessagesAt, filesAt } from '../samples/files.ts';
import { callId } from '../samples/ids.ts';
import { participant } from '../samples/people.ts';
import { design, longName, reachOf } from '../samples/rooms.ts';
import { sampleKnocks, sampleRules } from '../samples/rules.ts';
import { foundCheck, quotedRefusal, serverOf } from '../samples/servers.ts';
import { voicesIn } from '../samples/voices.ts';

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
    chats: { [design]: chatOf(talkAt(nowMs)) },
    drafts: { [design]: { text: 'Again?', refusal: refuse('message-spam') } },
  }),
  'room-refused': (base, nowMs) => ({
    screen: inRoom(),
    reach: withReach(base, reachOf([], { connection: refusedConnection(refuse('server-unreachable'), nowMs + 5_000) })),
    chats: { [design]: chatOf(talkAt(nowMs)) },
    drafts: { [design]: { text: 'x'.repeat(880), refusal: null } },
  }),
  // Read in the middle, while new messages came.
  'room-long': (base, nowMs) => {
    const items = longTalkAt(nowMs);
    const [read, unread] = [items[120], items[123]];
    if (!read || !unread) throw new Error('the long talk is short');
    return {
      screen: inRoom(),
      rooms: base.rooms.map((one) => (one.roomId === design ? { ...one, unread: 117 } : one)),
      chats: {
        [design]: chatOf(items, {
          hasNewer: true,
          total: 100_000,
          newFrom: messageKey(unread),
          place: { message: messageKey(read), offsetPx: 20 },
        }),
      },
    };
  },
  'room-chat-failed': (_base, nowMs) => ({
    screen: inRoom(),
    chats: { [design]: chatOf(talkAt(nowMs), { failure: refuse('history-damaged') }) },
  }),
  'room-files': (_base, nowMs) => ({
    screen: inRoom(),
    ...filesAt(nowMs),
    chats: { [design]: chatOf([...talkAt(nowMs).slice(-1), ...fileMessagesAt(nowMs)]) },
  }),
  'room-voices': (_base, nowMs) => {
    const { items, ...state } = voicesIn(nowMs);
    return { screen: inRoom(), ...state, chats: { [design]: chatOf([...talkAt(nowMs).slice(-1), ...items]) } };
  },
  'room-recording': () => ({
    screen: inRoom(),
    recording: { roomId: design, at: 'recording', held: false, elapsedMs: 74_000, level: 0.62 },
  }),
  'room-voices-in-call': (base, nowMs) => {
    const { items, ...state } = voicesIn(nowMs);
    return { ...joined(base, nowMs, here()), screen: inRoom('chat'), ...state, chats: { [design]: chatOf(items) } };
  },
  'room-recording-in-call': (base, nowMs) => ({
    ...joined(base, nowMs, here()),
    screen: inRoom('chat'),
    recording: { roomId: design, at: 'recording', held: true, elapsedMs: 3_000, level: 0.3 },
  }),
  'room-no-microphone': () => ({
    screen: inRoom(),
    recording: {
      roomId: design,
      at: 'refused',
      trouble: { code: 'microphone-missing', message: 'No microphone was found. Plug one in to record.' },
    },
  }),
  'room-scripts': (_base, nowMs) => ({
    screen: inRoom(),
    chats: { [design]: chatOf(scriptsAt(nowMs)) },
    drafts: { [design]: { text: 'מחר בשעה 10 (בבית)', refusal: null } },
  }),
  'room-lively': (_base, nowMs) => ({ screen: inRoom(), chats: { [design]: chatOf(livelyAt(nowMs)) } }),
  'room-marks': (_base, nowMs) => ({ screen: inRoom(), chats: { [design]: chatOf(markedAt(nowMs)) } }),
  'room-gap': (_base, nowMs) => ({
    screen: inRoom(),
    chats: { [design]: chatOf(livelyAt(nowMs)) },
    gaps: { [design]: gapsAt(nowMs) },
  }),
  'room-changes': (_base, nowMs) => ({
    screen: inRoom(),
    chats: { [design]: chatOf(livelyAt(nowMs)) },
    roomChanges: { [design]: roomChangesAt(nowMs) },
  }),
  // While one rings that is not answered yet.
  'room-calls': (base, nowMs) => ({
    screen: inRoom(),
    chats: { [design]: chatOf(callsAt(nowMs), { hasOlder: false }) },
    reach: withReach(base, reachOf(here(), { call: { callId, startedAt: nowMs, deviceIds: [] } })),
  }),
  'room-call-timeline': (_base, nowMs) => ({
    screen: inRoom(),
    chats: { [design]: chatOf(callsAt(nowMs).slice(0, 3), { hasOlder: false }) },
  }),
  'room-mentions': (_base, nowMs) => ({
    screen: inRoom(),
    chats: { [design]: chatOf(mentionsAt(nowMs)) },
    drafts: { [design]: { text: 'Thank you @Ana', refusal: null } },
  }),
  'room-select': (_base, nowMs) => {
    const items = talkAt(nowMs);
    return {
      screen: inRoom(),
      chats: { [design]: chatOf(items) },
      selection: { roomId: design, items: items.slice(-3) },
    };
  },
  'room-forward': (_base, nowMs) => {
    const items = talkAt(nowMs);
    return { screen: inRoom(), chats: { [design]: chatOf(items) }, forwarding: items.slice(-1) };
  },
  'room-info': (_base, nowMs) => ({ screen: inRoom(), chats: { [design]: chatOf(livelyAt(nowMs)) } }),
  'room-answer': (_base, nowMs) => {
    const [of] = livelyAt(nowMs);
    return {
      screen: inRoom(),
      chats: { [design]: chatOf(livelyAt(nowMs)) },
      ...(of ? { composing: { [design]: { kind: 'reply', of } } } : {}),
    };
  },
  'room-edit': (_base, nowMs) => {
    const of = livelyAt(nowMs).at(-1);
    return {
      screen: inRoom(),
      chats: { [design]: chatOf(livelyAt(nowMs)) },
      ...(of ? { composing: { [design]: { kind: 'edit', of, text: of.text } } } : {}),
    };
  },
  'room-waiting': () => ({
    screen: inRoom(),
    unstored: {
      [design]: {
        what: 'message',
        text: 'The plates are ready on Thursday.',
        refusal: refuse('disk-full'),
        cancel: () => undefined,
      },
    },
  }),
  'room-long-draft': () => ({
    screen: inRoom(),
    drafts: { [design]: { text: 'Everything that was said at the meeting. '.repeat(60), refusal: null } },
  }),
  'room-too-long-draft': () => ({
    screen: inRoom(),
    drafts: { [design]: { text: 'Everything that was said at the meeting. '.repeat(600), refusal: null } },
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
        participant('Chiara Fontana', { standing: 'changed', link: 'opening' }),
        participant('Đorđe', { standing: 'new', link: 'opening' }),
      ]),
    ),
  }),
  'room-details': (base) => ({
    screen: inRoom('details'),
    rooms: base.rooms.map((one) => (one.roomId === design ? { ...one, host: '127.0.0.1:7420' } : one)),
  }),
  'room-locked': (base) => ({
    screen: inRoom('details'),
    reach: withReach(base, reachOf(here(), { rules: sampleRules })),
  }),
  'room-locked-member': (base) => ({
    screen: inRoom('details'),
    rooms: base.rooms.map((one) => (one.roomId === design ? { ...one, mine: false } : one)),
    reach: withReach(base, reachOf(here(), { rules: { ...sampleRules, role: 'member' } })),
  }),
  'room-knock': (base) => ({
    screen: inRoom(),
    reach: withReach(base, reachOf(here(), { rules: sampleRules, knocks: sampleKnocks })),
  }),
  'room-moderation': (base) => ({
    screen: inRoom('people'),
    reach: withReach(base, reachOf(here(), { rules: sampleRules })),
  }),
  'room-remove': (base) => ({
    screen: inRoom('people'),
    reach: withReach(base, reachOf(here(), { rules: { ...NO_RULES, role: 'owner' } })),
  }),
  'room-outside': (base) => ({
    screen: inRoom(),
    chats: { [design]: chatOf([]) },
    reach: withReach(base, reachOf([], { door: { at: 'locked', asked: 'owner' } })),
  }),
  'room-stopped': (base) => ({
    screen: inRoom(),
    chats: { [design]: chatOf([]) },
    reach: withReach(base, reachOf([], { connection: { at: 'offline' }, door: { at: 'stopped' } })),
  }),
  'room-removed': (base) => ({
    screen: inRoom(),
    reach: withReach(base, reachOf([], { connection: { at: 'offline' }, door: { at: 'removed' } })),
  }),
  'room-timer': (base, nowMs) => ({
    screen: inRoom('details'),
    rooms: base.rooms.map((one) => (one.roomId === design ? { ...one, lifetimeMs: 86_400_000 } : one)),
    chats: {
      [design]: chatOf(livelyAt(nowMs).map((item, at) => (at > 2 ? { ...item, lifetimeMs: 86_400_000 } : item))),
    },
  }),
  // A server at an address of this computer that is not the app's own, under a name that the person gave it.
  'room-long-names': (base) => ({
    screen: inRoom('details'),
    rooms: base.rooms.map((one) =>
      one.roomId === design ? { ...one, name: longName, host: '127.0.0.1:9000', listed: true } : one,
    ),
    servers: [...base.servers, serverOf('127.0.0.1:9000', { name: 'Test server of the choir', check: foundCheck() })],
  }),
} satisfies Record<string, GalleryScreen>;
