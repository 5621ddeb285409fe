import type { CallSources } from '../media/recording/call-mixer.ts';
import type { CallTile } from '../media/recording/paint-call.ts';
import type { Calls } from './calls.ts';
import { voiceVolume } from './for-oneself.ts';
import type { AppState, ParticipantView } from './state.ts';

/** A recorded tile. `hidden`: the person hid this picture for themself, so that none is asked for. */
export type RecordedTile = CallTile & { hidden?: boolean };
export type CallContent = Omit<CallSources, 'tiles'> & { tiles: readonly RecordedTile[] };

/** The others in the own call. */
export const inCallOf = ({ call, reach }: Pick<AppState, 'call' | 'reach'>): ParticipantView[] =>
  call.at === 'joined'
    ? (reach[call.roomId]?.participants ?? []).filter(({ inCall, link }) => inCall && link !== 'closed')
    : [];

/**
 * Everything that a recording or a picture of the call holds: one's own picture and voice as they are sent, and of the others what this
 * person hears and sees. Sounds that are turned off here and pictures that are hidden here are left out; a tile with the name stays.
 */
export function callContent(
  state: Pick<AppState, 'call' | 'reach' | 'settings' | 'evenedVoices'>,
  own: Calls['devices']['tracks'] | undefined,
): CallContent {
  const { call, settings, evenedVoices } = state;
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
        hidden: each.hiddenHere,
      },
    ]),
  ];
  const sounds = [
    ...(call.microphone === 'live' && own?.voice ? [own.voice] : []),
    ...(own?.screenSound ? [own.screenSound] : []),
    ...others.flatMap((each) => [
      ...(voiceVolume(each) > 0 ? ((evenedVoices[each.sess] ?? each.cameraStream)?.getAudioTracks() ?? []) : []),
      ...(each.screenVolume > 0 ? (each.screenStream?.getAudioTracks() ?? []) : []),
    ]),
  ].filter(({ readyState }) => readyState === 'live');
  return { tiles, sounds };
}
