import type { CallSources } from '../media/recording/call-mixer.ts';
import type { Calls } from './calls.ts';
import type { Present } from './recorded-stays.ts';
import type { AppState, ParticipantView } from './state.ts';

const inCallOf = ({ call, reach }: Pick<AppState, 'call' | 'reach'>): ParticipantView[] =>
  call.at === 'joined'
    ? (reach[call.roomId]?.participants ?? []).filter(({ inCall, link }) => inCall && link !== 'closed')
    : [];

/** The others in the own call, by their names. */
export const presentIn = (state: AppState): Present[] =>
  inCallOf(state)
    // Only over an open link did they hear of it.
    .filter(({ link }) => link === 'open')
    .map(({ sess, name }) => ({ key: sess, name }));

/**
 * Everything that is recorded of a call: one's own picture and voice as they are sent, and of the others what one sees and hears oneself. Somebody
 * who is muted or hidden for oneself is in the recording by name alone.
 */
export function sourcesOf(state: AppState, own: Calls['devices']['tracks'] | undefined): CallSources {
  const { call, settings } = state;
  if (call.at !== 'joined') return { tiles: [], sounds: [] };
  const others = inCallOf(state);
  const video = (stream: MediaStream | null) =>
    stream?.getVideoTracks().find(({ readyState }) => readyState === 'live') ?? null;
  const name = settings.profile?.displayName ?? settings.profile?.username ?? 'You';
  const tiles = [
    ...(call.screen ? [{ key: 'self/screen', name, kind: 'screen' as const, track: own?.screen ?? null }] : []),
    { key: 'self/camera', name, kind: 'camera' as const, track: call.camera ? (own?.camera ?? null) : null },
    ...others.flatMap((each) => [
      ...(each.screen
        ? [{ key: `${each.sess}/screen`, name: each.name, kind: 'screen' as const, track: video(each.screenStream) }]
        : []),
      {
        key: `${each.sess}/camera`,
        name: each.name,
        kind: 'camera' as const,
        track: each.camera && !each.hiddenHere ? video(each.cameraStream) : null,
      },
    ]),
  ];
  const sounds = [
    ...(call.microphone === 'live' && own?.voice ? [own.voice] : []),
    ...(own?.screenSound ? [own.screenSound] : []),
    ...others.flatMap(({ cameraStream, screenStream, mutedHere }) => [
      ...(mutedHere ? [] : (cameraStream?.getAudioTracks() ?? [])),
      ...(screenStream?.getAudioTracks() ?? []),
    ]),
  ].filter(({ readyState }) => readyState === 'live');
  return { tiles, sounds };
}

/** The keys of the pictures in the own call that are hidden for oneself. */
export const hiddenTiles = (state: Pick<AppState, 'call' | 'reach'>): ReadonlySet<string> =>
  new Set(inCallOf(state).flatMap(({ sess, hiddenHere }) => (hiddenHere ? [`${sess}/camera`] : [])));
