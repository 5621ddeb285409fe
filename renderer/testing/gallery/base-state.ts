import { messageKey, type Theme, usualSettings } from '@parley/shared/model';
import { NO_SEARCH } from '../../stores/app-store.ts';
import type { AppState, OwnMedia, Panel, ParticipantView, RoomReach } from '../../stores/state.ts';
import { chatOf, talkAt } from './samples/chat.ts';
import { callId, deviceIdOf, roomIdOf } from './samples/ids.ts';
import { ownMedia, participant } from './samples/people.ts';
import { design, reachOf, roomsAt } from './samples/rooms.ts';
import { sampleServers } from './samples/servers.ts';

/** The differences of one screen of the gallery from the usual state. */
export type GalleryScreen = (base: AppState, nowMs: number) => Partial<AppState>;

/** The people in the gallery's busiest room. */
export const here = (): ParticipantView[] => [
  participant('Ana Moreira', { standing: 'verified', typing: true }),
  participant('Benedikt', { relayed: true }),
];

/** An app that has been used for a while, on its home screen. */
export function baseState(theme: Theme, nowMs: number): AppState {
  const items = talkAt(nowMs);
  return {
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
    servers: sampleServers,
    serverConnections: {},
    rooms: roomsAt(nowMs),
    screen: { at: 'home' },
    reach: {
      [design]: reachOf(here()),
      [roomIdOf('Family')]: reachOf([participant('Grandma', { inCall: true })], {
        call: { callId, startedAt: nowMs, deviceIds: [deviceIdOf('Grandma')] },
      }),
    },
    call: { at: 'none' },
    evenedVoices: {},
    noiseFellBack: false,
    callRecording: null,
    callLive: null,
    linkRecords: {},
    pathTest: { at: 'none' },
    inspecting: null,
    quiet: null,
    silencedRooms: [],
    chats: { [design]: chatOf(items, { newFrom: items[10] ? messageKey(items[10]) : null }) },
    gaps: {},
    roomChanges: {},
    composing: {},
    unstored: {},
    selection: null,
    forwarding: null,
    drafts: Object.fromEntries(roomsAt(nowMs).map(({ roomId, draft }) => [roomId, { text: draft, refusal: null }])),
    files: {},
    preparing: [],
    recording: null,
    sendingVoices: [],
    playing: null,
    voiceSpeed: 1,
    search: NO_SEARCH,
    listedRooms: null,
    devices: {
      cameras: [
        { id: 'c1', label: 'Desk camera (1080p)' },
        { id: 'c2', label: 'Document camera' },
      ],
      microphones: [{ id: 'm1', label: 'Headset with a rather long name, as drivers like to give them' }],
      speakers: [{ id: 's1', label: 'Headset' }],
    },
    work: { at: 'idle' },
    backups: { at: 'off' },
    computers: {
      device: deviceIdOf('You'),
      person: deviceIdOf('You'),
      list: null,
      devices: [deviceIdOf('You')],
      suggestedName: 'noors-desk',
    },
    blocked: [],
    met: null,
    metTrouble: null,
    invitations: [],
    takingIn: null,
    comingIn: null,
    notices: [],
  };
}

export const inRoom = (panel: Panel = 'none') => ({ at: 'room', roomId: design, panel, focusMessage: null }) as const;

export const withReach = (base: AppState, reach: RoomReach): AppState['reach'] => ({ ...base.reach, [design]: reach });

/** In a call with `participants`. */
export const joined = (
  base: AppState,
  nowMs: number,
  participants: readonly ParticipantView[],
  media: Partial<OwnMedia> = {},
): Partial<AppState> => ({
  screen: inRoom(),
  call: {
    at: 'joined',
    roomId: design,
    callId,
    since: performance.now() - 760_000,
    ring: 'answered',
    ...ownMedia(),
    ...media,
  },
  reach: withReach(
    base,
    reachOf(participants, {
      call: { callId, startedAt: nowMs - 760_000, deviceIds: participants.map(({ deviceId }) => deviceId) },
    }),
  ),
});
