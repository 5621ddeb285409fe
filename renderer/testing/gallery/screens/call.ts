import { RecordingId, refuse } from '@parley/shared/protocol';
import type { AppState, OwnCall, ParticipantView, Preview } from '../../../stores/state.ts';
import { type GalleryScreen, inRoom, joined, withReach } from '../base-state.ts';
import { movingPicture } from '../moving-picture.ts';
import { callId, deviceIdOf, idOf } from '../samples/ids.ts';
import { inCall, participant, people } from '../samples/people.ts';
import { farRelay, lossy, poorMeasures, poorPeople } from '../samples/poor-call.ts';
import { design, reachOf } from '../samples/rooms.ts';

const slides = (seed: number, height = 720) => movingPicture(seed, 'slides', 1_280, height);

/** In a call that nobody else is in. */
const calling = (
  base: AppState,
  nowMs: number,
  ring: Extract<OwnCall, { at: 'joined' }>['ring'],
  here: readonly ParticipantView[],
): Partial<AppState> => {
  const state = joined(base, nowMs, here, { camera: false, cameraStream: null });
  return state.call?.at === 'joined' ? { ...state, call: { ...state.call, ring } } : state;
};

/** A call in which one link is poor, one is fair, and the own microphone gives no sound. */
function poorCall(base: AppState, nowMs: number): Partial<AppState> {
  const people = poorPeople();
  const state = joined(base, nowMs, people);
  const { reach, linkRecords } = poorMeasures(people);
  return { ...state, linkRecords, reach: { ...state.reach, ...reach } };
}

const beforeCall = (preview: Partial<Preview> = {}): Partial<AppState> => ({
  screen: { at: 'pre-join', roomId: design, answering: null },
  call: {
    at: 'preparing',
    roomId: design,
    preview: {
      stream: movingPicture(165, 'person', 1_280, 720),
      camera: true,
      microphone: true,
      opening: false,
      quiet: false,
      cameraTrouble: null,
      microphoneTrouble: null,
      ...preview,
    },
  },
});

export const callScreens = {
  'pre-join': () => beforeCall(),
  'pre-join-testing': () => ({ ...beforeCall(), pathTest: { at: 'running', step: 'relay' } }),
  'pre-join-tested': () => ({
    ...beforeCall(),
    pathTest: {
      at: 'done',
      result: { udp: 'open', relay: { at: 'open', over: 'udp', roundTripMs: 23, lossRatio: 0, rateBps: 3_008_000 } },
    },
  }),
  'pre-join-tested-trouble': () => ({
    ...beforeCall({ camera: false, cameraTrouble: { code: 'camera-busy', message: refuse('camera-busy').message } }),
    pathTest: {
      at: 'done',
      result: {
        udp: 'blocked',
        relay: { at: 'open', over: 'tls', roundTripMs: 188, lossRatio: 0.06, rateBps: 420_000 },
      },
    },
  }),
  'pre-join-background': ({ settings }) => ({
    ...beforeCall({
      ...{ camera: false, stream: null },
      cameraTrouble: { code: 'background-slow', message: refuse('background-slow').message },
    }),
    settings: { ...settings, processing: { ...settings.processing, background: 'blur' } },
  }),
  'pre-join-trouble': () => ({
    screen: { at: 'pre-join', roomId: design, answering: null },
    devices: { cameras: [], microphones: [], speakers: [] },
    call: {
      at: 'preparing',
      roomId: design,
      preview: {
        stream: null,
        camera: false,
        microphone: false,
        opening: false,
        quiet: false,
        cameraTrouble: { code: 'camera-missing', message: refuse('camera-missing').message },
        microphoneTrouble: { code: 'microphone-denied', message: refuse('microphone-denied').message },
      },
    },
  }),
  'call-1': (base, nowMs) => joined(base, nowMs, []),
  'call-calling': (base, nowMs) =>
    calling(base, nowMs, 'ringing', [participant('Ana Moreira'), participant('Benedikt', { busy: true })]),
  'call-declined': (base, nowMs) =>
    calling(base, nowMs, 'ringing', [participant('Ana Moreira', { declined: true }), participant('Benedikt')]),
  'call-no-answer': (base, nowMs) => calling(base, nowMs, 'over', [participant('Ana Moreira')]),
  'call-all-left': (base, nowMs) => calling(base, nowMs, 'answered', [participant('Ana Moreira')]),
  'call-2': (base, nowMs) => joined(base, nowMs, [inCall('Ana Moreira', { speaking: true })]),
  'call-2-hidden': (base, nowMs) => ({
    ...joined(base, nowMs, [inCall('Ana Moreira', { speaking: true, relayed: true })]),
    settings: { ...base.settings, privacy: { ...base.settings.privacy, relayOnly: true } },
  }),
  'call-devices': (base, nowMs) => joined(base, nowMs, [inCall('Ana Moreira', { speaking: true })]),
  'call-devices-fell-back': (base, nowMs) => ({
    ...joined(base, nowMs, [inCall('Ana Moreira', { speaking: true })]),
    settings: { ...base.settings, processing: { ...base.settings.processing, noise: 'strong' } },
    noiseFellBack: true,
  }),
  'call-2-chat': (base, nowMs) => ({
    ...joined(base, nowMs, [inCall('Ana Moreira', { speaking: true })]),
    screen: inRoom('chat'),
  }),
  'call-3': (base, nowMs) =>
    joined(base, nowMs, [
      inCall('Ana Moreira', { speaking: true }),
      inCall('Benedikt', { microphone: 'muted', quality: farRelay }),
    ]),
  'call-for-oneself': (base, nowMs) =>
    joined(base, nowMs, [
      inCall('Ana Moreira', { speaking: true }),
      inCall('Benedikt', { mutedHere: true }),
      inCall('Chiara Fontana', { mutedHere: true, hiddenHere: true }),
    ]),
  'call-4-people': (base, nowMs) => ({
    ...joined(base, nowMs, [
      inCall('Ana Moreira', { standing: 'verified' }),
      inCall('Benedikt', { microphone: 'muted', camera: false }),
      inCall('Chiara Fontana', { speaking: true, hand: true }),
    ]),
    screen: inRoom('people'),
  }),
  'call-8': (base, nowMs) =>
    joined(
      base,
      nowMs,
      people.map((name, index) => inCall(name, { speaking: index === 2, camera: index !== 4, hand: index === 5 })),
      { microphone: 'muted', talkingWhileMuted: true },
    ),
  'call-speaker': (base, nowMs) => ({
    ...joined(
      base,
      nowMs,
      [
        inCall('Ana Moreira', { hand: true, handTurn: 2 }),
        inCall('Benedikt', { speaking: true, reaction: { emoji: '🎉', turn: 1 } }),
        inCall('Chiara Fontana', { hand: true, handTurn: 1, reaction: { emoji: '👍', turn: 2 } }),
        inCall('Dmitri', { camera: false }),
      ],
      { hand: true, handTurn: 3 },
    ),
    settings: { ...base.settings, stage: { ...base.settings.stage, layout: 'speaker' } },
  }),
  'call-screen': (base, nowMs) =>
    joined(base, nowMs, [
      inCall('Ana Moreira', { speaking: true, screen: true, screenStream: slides(1) }),
      inCall('Benedikt', { camera: false }),
      inCall('Chiara Fontana'),
    ]),
  'call-two-screens': (base, nowMs) => ({
    ...joined(base, nowMs, [
      inCall('Ana Moreira', { screen: true, screenStream: slides(1) }),
      inCall('Benedikt', { screen: true, screenStream: slides(2, 800) }),
    ]),
    screen: inRoom('chat'),
  }),
  'call-trouble': (base, nowMs) =>
    joined(
      base,
      nowMs,
      [
        inCall('Ana Moreira', { link: 'interrupted', quality: lossy }),
        inCall('Benedikt', { link: 'opening', quality: { level: 'unknown' } }),
      ],
      {
        camera: false,
        cameraStream: null,
        cameraTrouble: { code: 'camera-busy', message: refuse('camera-busy').message },
        screen: true,
        screenStream: slides(3),
        hand: true,
      },
    ),
  'call-poor-link': (base, nowMs) => poorCall(base, nowMs),
  'call-poor-people': (base, nowMs) => ({ ...poorCall(base, nowMs), screen: inRoom('people') }),
  'call-connections': (base, nowMs) => {
    const state = poorCall(base, nowMs);
    return { ...state, inspecting: { sess: Object.keys(state.linkRecords ?? {})[0] ?? null } };
  },
  'call-connections-waiting': (base, nowMs) => ({
    ...joined(base, nowMs, [inCall('Ana Moreira', { quality: { level: 'unknown' } })]),
    inspecting: { sess: null },
  }),
  'call-recording': (base, nowMs) => ({
    ...joined(base, nowMs, [inCall('Ana Moreira', { speaking: true }), inCall('Benedikt')]),
    callRecording: { at: 'running', since: performance.now() - 754_000, sizeBytes: 241_300_000 },
  }),
  'call-recorded': (base, nowMs) =>
    joined(base, nowMs, [inCall('Ana Moreira', { recording: true, speaking: true }), inCall('Benedikt')]),
  'call-live': (base, nowMs) => ({
    ...joined(base, nowMs, [inCall('Ana Moreira', { speaking: true }), inCall('Benedikt')]),
    callLive: { at: 'live', host: 'live.example.org', since: performance.now() - 754_000 },
  }),
  'call-live-connecting': (base, nowMs) => ({
    ...joined(base, nowMs, [inCall('Ana Moreira', { live: true, recording: true }), inCall('Benedikt')]),
    callLive: { at: 'connecting', host: 'a-receiver-with-quite-a-long-name.broadcasts.example.org:8443' },
    callRecording: { at: 'running', since: performance.now() - 754_000, sizeBytes: 241_300_000 },
  }),
  'call-live-interrupted': (base, nowMs) => ({
    ...joined(base, nowMs, [inCall('Ana Moreira', { speaking: true })]),
    callLive: { at: 'interrupted', host: 'live.example.org', since: 0, tries: 2 },
  }),
  'call-live-by-another': (base, nowMs) =>
    joined(base, nowMs, [inCall('Ana Moreira', { live: true, speaking: true }), inCall('Benedikt')]),
  'call-live-dialog': (base, nowMs) => joined(base, nowMs, [inCall('Ana Moreira')]),
  'call-live-dialog-hidden': (base, nowMs) => ({
    ...joined(base, nowMs, [inCall('Ana Moreira')]),
    settings: { ...base.settings, privacy: { ...base.settings.privacy, relayOnly: true } },
  }),
  'call-live-dialog-refused': (base, nowMs) => joined(base, nowMs, [inCall('Ana Moreira')]),
  'call-live-ended': (base, nowMs) => ({
    ...joined(base, nowMs, [inCall('Ana Moreira')]),
    notices: [
      {
        id: 1,
        tone: 'trouble',
        text: `The call goes on, and is live no more (live.example.org). ${refuse('live-lost').message}`,
        code: 'live-lost',
        shows: null,
      },
    ],
  }),
  'pre-join-live': (base, nowMs) => ({
    ...beforeCall(),
    reach: withReach(
      base,
      reachOf([participant('Ana Moreira', { inCall: true, live: true })], {
        call: { callId, startedAt: nowMs, deviceIds: [deviceIdOf('Ana Moreira')] },
      }),
    ),
  }),
  'call-record-menu': (base, nowMs) => joined(base, nowMs, [inCall('Ana Moreira')]),
  'call-record-dialog': (base, nowMs) => joined(base, nowMs, [inCall('Ana Moreira')]),
  'call-record-dialog-left-out': (base, nowMs) =>
    joined(base, nowMs, [inCall('Ana Moreira'), inCall('Benedikt', { mutedHere: true, hiddenHere: true })]),
  'call-recording-kept': (base, nowMs) => ({
    ...joined(base, nowMs, [inCall('Ana Moreira')]),
    notices: [
      {
        id: 1,
        tone: 'info',
        text: 'The recording is kept as Parley Design circle 2026-12-01 14.05.webm.',
        code: null,
        shows: RecordingId.parse(idOf('a recording', 16)),
      },
    ],
  }),
  'home-recording': (base, nowMs) => ({
    ...joined(base, nowMs, [inCall('Ana Moreira')]),
    callRecording: { at: 'running', since: performance.now() - 754_000, sizeBytes: 241_300_000 },
    screen: { at: 'home' },
  }),
  'pre-join-recorded': (base, nowMs) => ({
    ...beforeCall(),
    reach: withReach(
      base,
      reachOf([participant('Ana Moreira', { inCall: true, recording: true })], {
        call: { callId, startedAt: nowMs, deviceIds: [deviceIdOf('Ana Moreira')] },
      }),
    ),
  }),
  'home-in-call': (base, nowMs) => ({ ...joined(base, nowMs, [inCall('Ana Moreira')]), screen: { at: 'home' } }),
} satisfies Record<string, GalleryScreen>;

export const pressedForCalls = {
  'call-devices-fell-back': ['Choose devices'],
  'call-record-menu': ['Record, go live or take a picture'],
  'call-live-dialog': ['Record, go live or take a picture', 'Go live…'],
  'call-live-dialog-hidden': ['Record, go live or take a picture', 'Go live…'],
  'call-live-dialog-refused': ['Record, go live or take a picture', 'Go live…', 'Go live'],
  'call-record-dialog': ['Record, go live or take a picture', 'Record the call…'],
  'call-record-dialog-left-out': ['Record, go live or take a picture', 'Record the call…'],
};
