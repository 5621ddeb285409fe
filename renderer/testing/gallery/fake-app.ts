import { type HistoryItem, messageKey, type Room, type SearchHit, Theme, usualSettings } from '@parley/shared/model';
import { CallId, DeviceId, MessageId, RoomId, refuse } from '@parley/shared/protocol';
import { createStore } from 'zustand/vanilla';
import type { Actions } from '../../stores/actions.ts';
import type { AppPort } from '../../stores/react.tsx';
import type { AppState, ChatState, OwnMedia, ParticipantView, RoomReach } from '../../stores/state.ts';
import { hueOf } from '../../ui/hue.ts';
import { movingPicture } from './moving-picture.ts';

/** Every screen and state that can be looked at. */
export const screens = [
  'starting',
  'failed',
  'welcome',
  'home',
  'home-empty',
  'lobby',
  'lobby-ready',
  'lobby-passphrase',
  'lobby-refused',
  'pre-join',
  'pre-join-trouble',
  'room',
  'room-empty',
  'room-loading',
  'room-offline',
  'room-refused',
  'room-people',
  'room-details',
  'call-1',
  'call-2',
  'call-2-chat',
  'call-3',
  'call-4-people',
  'call-8',
  'call-screen',
  'call-two-screens',
  'call-trouble',
  'home-in-call',
  'settings',
  'search',
  'search-nothing',
  'incoming',
  'notices',
] as const;
export type ScreenName = (typeof screens)[number];

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** An id of `bytes` bytes in base64url that is the same for the same seed. */
function idOf(seed: string, bytes: 16 | 32 | 64): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
  let state = 11;
  for (const char of seed) state = (state * 33 + char.charCodeAt(0)) % 1_000_003;
  const length = { 16: 22, 32: 43, 64: 86 }[bytes];
  let id = '';
  while (id.length < length - 1) {
    state = (state * 7_919 + 13) % 1_000_003;
    id += alphabet[state % alphabet.length];
  }
  // The last character carries fewer bits; 'A' is always among the allowed ones.
  return `${id}A`;
}
const roomIdOf = (seed: string) => RoomId.parse(idOf(seed, 16));
const deviceIdOf = (seed: string) => DeviceId.parse(idOf(seed, 32));
const callId = CallId.parse(idOf('call', 16));

const design = roomIdOf('Design circle');
const people = ['Ana Moreira', 'Benedikt', 'Chiara Fontana', 'Đorđe', 'Emre Yıldız', 'Farida', 'Guo Mei'] as const;

function participant(name: string, more: Partial<ParticipantView> = {}): ParticipantView {
  const deviceId = deviceIdOf(name);
  return {
    sess: idOf(`sess ${name}`, 16),
    deviceId,
    name,
    standing: 'pinned',
    link: 'open',
    relayed: false,
    inCall: false,
    microphone: 'live',
    camera: true,
    screen: false,
    hand: false,
    speaking: false,
    typing: false,
    quality: 'good',
    volume: 1,
    cameraStream: null,
    screenStream: null,
    safetyCode: '4821 0937',
    deviceCode: '30512 99214 77120 45518 20931 66047 81256 03394 57781 12065 90432 68817',
    ...more,
  };
}

function inCall(name: string, more: Partial<ParticipantView> = {}): ParticipantView {
  const camera = more.camera ?? true;
  return participant(name, {
    inCall: true,
    cameraStream: camera ? movingPicture(hueOf(name), 'person') : null,
    ...more,
  });
}

type Line = [who: string, minutesAgo: number, text: string, state?: HistoryItem['state']];

const talk: readonly Line[] = [
  ['Ana Moreira', 1_530, 'Morning! Did the samples from the printer arrive?'],
  ['You', 1_524, 'They did. The blue came out darker than on screen.', 'read'],
  ['You', 1_523, 'I put photos beside the old ones, the difference is small but you see it.', 'read'],
  ['Benedikt', 1_498, 'Paper or profile?'],
  [
    'Ana Moreira',
    1_495,
    'Profile, I think. They sent theirs: https://print.example/profiles/coated-v3 (the second one).',
  ],
  ['Benedikt', 190, 'I converted the cover with it. Looks right to me, but my screen is not calibrated.'],
  ['Benedikt', 189, 'Can somebody with a better one have a look before noon?'],
  ['You', 171, 'On it.', 'read'],
  [
    'You',
    48,
    'Looks good. One thing: the small text on page 12 is set in four colours. If the plates move by a hair it will be fuzzy, so I made it black only. Shout if that was on purpose!',
    'read',
  ],
  ['Chiara Fontana', 31, 'Not on purpose. Thank you 🙏'],
  [
    'Ana Moreira',
    12,
    'Shall we talk it through at three? I would like to show the new spread, it is easier to point at things.',
  ],
  ['Ana Moreira', 11, 'Or write me at mailto:ana@studio.example if that is a bad time.'],
  ['You', 4, 'Three is fine.', 'delivered'],
  ['You', 1, 'I bring the samples.', 'queued'],
];

const itemOf = ([who, minutesAgo, text, state = 'read']: Line, index: number, nowMs: number): HistoryItem => ({
  id: MessageId.parse(idOf(`message ${index} ${text}`, 16)),
  roomId: design,
  author: deviceIdOf(who),
  authorName: who,
  name: who,
  // This device never met hers.
  confirmed: who !== 'Chiara Fontana',
  seq: index + 1,
  clock: index + 1,
  sentAt: nowMs - minutesAgo * MINUTE_MS,
  text,
  sig: idOf(text, 64),
  mine: who === 'You',
  state,
  deliveredTo: 2,
  readBy: 1,
});

function roomOf(name: string, nowMs: number, more: Partial<Room> = {}): Room {
  return {
    roomId: roomIdOf(name),
    name,
    renamedAt: 0,
    host: 'parley.studio.example',
    mine: true,
    needsPassphrase: false,
    createdAt: nowMs - 90 * 24 * HOUR_MS,
    lastActiveAt: nowMs - 4 * MINUTE_MS,
    unread: 0,
    lastMessage: null,
    draft: '',
    ...more,
  };
}

function roomsAt(nowMs: number): Room[] {
  const said = (name: string, minutesAgo: number, text: string) => ({
    lastMessage: {
      name,
      confirmed: name !== 'Farida',
      text,
      sentAt: nowMs - minutesAgo * MINUTE_MS,
      mine: name === 'You',
    },
    lastActiveAt: nowMs - minutesAgo * MINUTE_MS,
  });
  return [
    roomOf('Design circle', nowMs, { ...said('You', 1, 'I bring the samples.') }),
    roomOf('Family', nowMs, { ...said('Grandma', 26, 'The apples are ripe, who comes to pick on Sunday?'), unread: 3 }),
    roomOf('Book club', nowMs, { ...said('Farida', 300, 'Chapter nine by Thursday, then.'), host: '127.0.0.1:7420' }),
    roomOf('Climbing on Wednesdays, and sometimes on Fridays when the hall is empty', nowMs, {
      ...said('Emre Yıldız', 3_100, 'I have a spare rope'),
      draft: 'Does anybody still have the',
      needsPassphrase: true,
    }),
    roomOf('Orchard house', nowMs, { ...said('Guo Mei', 24_000, 'Keys are with the neighbour.') }),
  ];
}

const reachOf = (participants: readonly ParticipantView[], more: Partial<RoomReach> = {}): RoomReach => ({
  connection: { at: 'online' },
  participants,
  call: null,
  ringing: null,
  ...more,
});

const chatOf = (items: readonly HistoryItem[], more: Partial<ChatState> = {}): ChatState => ({
  items,
  total: items.length,
  hasOlder: items.length > 10,
  detached: false,
  loading: 'none',
  failure: null,
  draft: '',
  newSince: null,
  sendRefusal: null,
  ...more,
});

const ownMedia = (): OwnMedia => ({
  microphone: 'live',
  camera: true,
  screen: false,
  hand: false,
  speaking: false,
  talkingWhileMuted: false,
  cameraStream: movingPicture(165, 'person'),
  screenStream: null,
  cameraTrouble: null,
  microphoneTrouble: null,
});

function stateOf(screen: ScreenName, theme: Theme, nowMs: number): AppState {
  const items = talk.map((line, index) => itemOf(line, index, nowMs));
  const here = [
    participant('Ana Moreira', { standing: 'verified', typing: true }),
    participant('Benedikt', { relayed: true }),
  ];
  const base: AppState = {
    start: { at: 'ready' },
    info: {
      version: '0.1.0',
      host: 'loopback',
      platform: 'linux',
      deviceId: deviceIdOf('You'),
      keysProtectedBy: 'file-permissions',
      notices: [],
    },
    settings: {
      ...usualSettings,
      profile: { username: 'Noor', displayName: 'Noor Haddad' },
      appearance: { theme },
      devices: { ...usualSettings.devices, cameraId: 'c1', microphoneId: 'm1', speakerId: 's1' },
    },
    server: { at: 'running', host: '127.0.0.1:7420', lanHosts: [] },
    rooms: roomsAt(nowMs),
    screen: { at: 'home' },
    reach: {
      [design]: reachOf(here),
      [roomIdOf('Family')]: reachOf([participant('Grandma', { inCall: true })], {
        call: { callId, startedAt: nowMs, deviceIds: [deviceIdOf('Grandma')] },
      }),
    },
    call: { at: 'none' },
    chats: { [design]: chatOf(items, { newSince: items[9] ? messageKey(items[9]) : null }) },
    search: { open: false, query: '', at: 'idle', hits: [], total: 0, hasMore: false },
    devices: {
      cameras: [
        { id: 'c1', label: 'Desk camera (1080p)' },
        { id: 'c2', label: 'Document camera' },
      ],
      microphones: [{ id: 'm1', label: 'Headset with a rather long name, as drivers like to give them' }],
      speakers: [{ id: 's1', label: 'Headset' }],
    },
    notices: [],
  };
  const room = (panel: 'none' | 'chat' | 'people' | 'details' = 'none') =>
    ({ at: 'room', roomId: design, panel, focusMessage: null }) as const;
  const withReach = (reach: RoomReach): AppState['reach'] => ({ ...base.reach, [design]: reach });
  const joined = (participants: readonly ParticipantView[], media: Partial<OwnMedia> = {}): Partial<AppState> => ({
    screen: room(),
    call: { at: 'joined', roomId: design, callId, startedAt: nowMs - 760_000, ...ownMedia(), ...media },
    reach: withReach(
      reachOf(participants, {
        call: { callId, startedAt: nowMs - 760_000, deviceIds: participants.map(({ deviceId }) => deviceId) },
      }),
    ),
  });
  const lobby = (
    invite: string,
    reading: Extract<AppState['screen'], { at: 'lobby' }>['reading'],
  ): Partial<AppState> => ({
    screen: { at: 'lobby', invite, reading },
  });
  const invite = 'parley://join/parley.studio.example#1.Zm9yZXN0LXdhbGstaW4tdGhlLW1vcm5pbmc';
  const hitOf = (item: HistoryItem, word: string): SearchHit => {
    const at = item.text.toLowerCase().indexOf(word);
    return { item, roomName: 'Design circle', matches: at < 0 ? [] : [[at, at + word.length]] };
  };
  const hits = items.filter(({ text }) => text.toLowerCase().includes('sam')).map((item) => hitOf(item, 'sam'));

  const change = ((): Partial<AppState> => {
    switch (screen) {
      case 'starting':
        return { start: { at: 'starting' } };
      case 'failed':
        return { start: { at: 'failed', refusal: refuse('history-locked') } };
      case 'welcome':
        return { screen: { at: 'welcome' }, settings: { ...base.settings, profile: null } };
      case 'home':
        return {};
      case 'home-empty':
        return {
          rooms: [],
          reach: {},
          server: { ...base.server, lanHosts: ['192.168.4.20:7420'] } as AppState['server'],
        };
      case 'lobby':
        return lobby('', { at: 'empty' });
      case 'lobby-ready':
        return lobby(invite, { at: 'ready', host: 'parley.studio.example', needsPassphrase: false, known: false });
      case 'lobby-passphrase':
        return lobby(invite, { at: 'ready', host: 'parley.studio.example', needsPassphrase: true, known: false });
      case 'lobby-refused':
        return lobby(invite.slice(0, 40), { at: 'refused', refusal: refuse('invite-cut') });
      case 'pre-join':
      case 'pre-join-trouble': {
        const trouble = screen === 'pre-join-trouble';
        const camera = { code: 'camera-missing', message: refuse('camera-missing').message } as const;
        const microphone = { code: 'microphone-denied', message: refuse('microphone-denied').message } as const;
        return {
          screen: { at: 'pre-join', roomId: design, answering: null },
          ...(trouble ? { devices: { cameras: [], microphones: [], speakers: [] } } : {}),
          call: {
            at: 'preparing',
            roomId: design,
            preview: {
              stream: trouble ? null : movingPicture(165, 'person', 1_280, 720),
              camera: !trouble,
              microphone: !trouble,
              opening: false,
              cameraTrouble: trouble ? camera : null,
              microphoneTrouble: trouble ? microphone : null,
            },
          },
        };
      }
      case 'room':
        return { screen: room() };
      case 'room-empty':
        return { screen: room(), chats: { [design]: chatOf([]) }, reach: withReach(reachOf([])) };
      case 'room-loading':
        return { screen: room(), chats: { [design]: chatOf([], { loading: 'first' }) } };
      case 'room-offline':
        return {
          screen: room(),
          reach: withReach(reachOf(here, { connection: { at: 'reconnecting', since: nowMs } })),
          chats: { [design]: chatOf(items, { sendRefusal: refuse('message-spam'), draft: 'Again?' }) },
        };
      case 'room-refused':
        return {
          screen: room(),
          reach: withReach(reachOf([], { connection: { at: 'refused', refusal: refuse('server-unreachable') } })),
          chats: { [design]: chatOf(items, { draft: 'x'.repeat(880) }) },
        };
      case 'room-people':
        return {
          screen: room('people'),
          reach: withReach(
            reachOf([
              ...here,
              participant('Chiara Fontana', { standing: 'changed', link: 'interrupted' }),
              participant('Đorđe', { standing: 'new', link: 'opening' }),
            ]),
          ),
        };
      case 'room-details':
        return {
          screen: room('details'),
          rooms: base.rooms.map((one) => (one.roomId === design ? { ...one, host: '127.0.0.1:7420' } : one)),
        };
      case 'call-1':
        return joined([]);
      case 'call-2':
        return joined([inCall('Ana Moreira', { speaking: true })]);
      case 'call-2-chat':
        return { ...joined([inCall('Ana Moreira', { speaking: true })]), screen: room('chat') };
      case 'call-3':
        return joined([
          inCall('Ana Moreira', { speaking: true }),
          inCall('Benedikt', { microphone: 'muted', quality: 'fair' }),
        ]);
      case 'call-4-people':
        return {
          ...joined([
            inCall('Ana Moreira', { standing: 'verified' }),
            inCall('Benedikt', { microphone: 'muted', camera: false }),
            inCall('Chiara Fontana', { speaking: true, hand: true }),
          ]),
          screen: room('people'),
        };
      case 'call-8':
        return joined(
          people.map((name, index) => inCall(name, { speaking: index === 2, camera: index !== 4, hand: index === 5 })),
          { microphone: 'muted', talkingWhileMuted: true },
        );
      case 'call-screen':
        return joined([
          inCall('Ana Moreira', { speaking: true, screen: true, screenStream: movingPicture(1, 'slides', 1_280, 720) }),
          inCall('Benedikt', { camera: false }),
          inCall('Chiara Fontana'),
        ]);
      case 'call-two-screens':
        return {
          ...joined([
            inCall('Ana Moreira', { screen: true, screenStream: movingPicture(1, 'slides', 1_280, 720) }),
            inCall('Benedikt', { screen: true, screenStream: movingPicture(2, 'slides', 1_280, 800) }),
          ]),
          screen: room('chat'),
        };
      case 'call-trouble':
        return {
          ...joined(
            [inCall('Ana Moreira', { link: 'interrupted', quality: 'poor' }), inCall('Benedikt', { quality: 'poor' })],
            {
              camera: false,
              cameraStream: null,
              cameraTrouble: { code: 'camera-busy', message: refuse('camera-busy').message },
              screen: true,
              screenStream: movingPicture(3, 'slides', 1_280, 720),
              hand: true,
            },
          ),
        };
      case 'home-in-call':
        return { ...joined([inCall('Ana Moreira')]), screen: { at: 'home' } };
      case 'settings':
        return { screen: { at: 'settings' } };
      case 'search':
        return { search: { open: true, query: 'sam', at: 'done', hits, total: hits.length, hasMore: false } };
      case 'search-nothing':
        return { search: { open: true, query: 'zebra', at: 'done', hits: [], total: 0, hasMore: false } };
      case 'incoming':
        return {
          reach: withReach(
            reachOf(here, {
              ringing: { callId, from: 'Ana Moreira' },
              call: { callId, startedAt: nowMs, deviceIds: here.slice(0, 1).map(({ deviceId }) => deviceId) },
            }),
          ),
        };
      case 'notices':
        return {
          screen: room(),
          notices: [
            { id: 1, tone: 'info', text: 'The invite was copied.', code: null },
            { id: 2, tone: 'trouble', text: refuse('link-failed').message, code: 'link-failed' },
          ],
        };
    }
  })();
  return { ...base, ...change };
}

/** A store that holds one screen, and actions that do just enough to move about in it. */
export function createFakeApp(screen: ScreenName, themeName: string): AppPort {
  const theme = Theme.safeParse(themeName);
  const store = createStore<AppState>(() => stateOf(screen, theme.success ? theme.data : 'system', Date.now()));
  const set = store.setState;
  const done = async () => ({ ok: true as const, value: null });
  const media = (change: (media: OwnMedia) => Partial<OwnMedia>) =>
    set(({ call }) => (call.at === 'joined' ? { call: { ...call, ...change(call) } } : {}));
  const preview = (change: { camera: boolean } | { microphone: boolean }) =>
    set(({ call }) => (call.at === 'preparing' ? { call: { ...call, preview: { ...call.preview, ...change } } } : {}));
  const actions: Actions = {
    retryStart: () => set({ start: { at: 'starting' } }),
    setName: done,
    changeSettings: async (change) => {
      const { appearance } = change;
      if (appearance?.theme) {
        const next = appearance.theme;
        set(({ settings }) => ({ settings: { ...settings, appearance: { theme: next } } }));
      }
      return { ok: true, value: null };
    },
    allowLan: done,
    goHome: () => set({ screen: { at: 'home' } }),
    openRoom: (roomId, panel = 'none') => set({ screen: { at: 'room', roomId, panel, focusMessage: null } }),
    openPanel: (panel) => set(({ screen: now }) => (now.at === 'room' ? { screen: { ...now, panel } } : {})),
    openLobby: (invite = '') => set({ screen: { at: 'lobby', invite, reading: { at: 'empty' } } }),
    openSettings: () => set({ screen: { at: 'settings' } }),
    createRoom: async () => ({ ok: true, value: design }),
    readInvite: (invite) => set({ screen: { at: 'lobby', invite, reading: { at: 'reading' } } }),
    joinByInvite: async () => ({ ok: true, value: design }),
    renameRoom: done,
    deleteRoom: done,
    inviteOf: async () => ({
      ok: true,
      value: 'parley://join/parley.studio.example#1.Zm9yZXN0LXdhbGstaW4tdGhlLW1vcm5pbmctbGlnaHQtYWdhaW4',
    }),
    copyText: done,
    retryConnection: () => undefined,
    prepareCall: (roomId) => set({ screen: { at: 'pre-join', roomId, answering: null } }),
    setPreviewCamera: (camera) => preview({ camera }),
    setPreviewMicrophone: (microphone) => preview({ microphone }),
    cancelPrepare: () => set({ screen: { at: 'home' }, call: { at: 'none' } }),
    joinCall: done,
    declineCall: () => undefined,
    leaveCall: () => set({ call: { at: 'none' } }),
    toggleMicrophone: () => media(({ microphone }) => ({ microphone: microphone === 'live' ? 'muted' : 'live' })),
    toggleCamera: () => media(({ camera }) => ({ camera: !camera })),
    toggleScreen: () => media(({ screen: shared }) => ({ screen: !shared })),
    toggleHand: () => media(({ hand }) => ({ hand: !hand })),
    chooseCamera: () => undefined,
    chooseMicrophone: () => undefined,
    chooseSpeaker: () => undefined,
    setVolume: () => undefined,
    onMicrophoneLevel: (listener) => {
      listener(0.46);
      return () => undefined;
    },
    sendMessage: done,
    setDraft: () => undefined,
    loadOlder: () => undefined,
    loadNewest: () => undefined,
    markSeen: () => undefined,
    jumpTo: (roomId, message) =>
      set({ screen: { at: 'room', roomId, panel: 'none', focusMessage: messageKey(message) } }),
    openLink: () => undefined,
    openSearch: () => set(({ search }) => ({ search: { ...search, open: true } })),
    closeSearch: () => set(({ search }) => ({ search: { ...search, open: false } })),
    search: (query) => set(({ search }) => ({ search: { ...search, query } })),
    searchMore: () => undefined,
    setVerified: done,
    dismissNotice: (id) => set(({ notices }) => ({ notices: notices.filter((notice) => notice.id !== id) })),
  };
  return { store, actions };
}
