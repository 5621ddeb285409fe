/** The places for tracks that each connection has, in the order in which its descriptions name them. */
export const TRACK_SLOTS = ['voice', 'camera', 'screen', 'screenSound'] as const;
export type TrackSlot = (typeof TRACK_SLOTS)[number];
/** The places for pictures among them. */
export type VideoSlot = 'camera' | 'screen';
/** A stream is played together: a voice with its camera, a screen with its sound. */
export type StreamName = 'camera' | 'screen';

/** The kind of track that a slot takes, and the stream that it belongs to. */
export const SLOT_FACTS: Readonly<Record<TrackSlot, { kind: 'audio' | 'video'; stream: StreamName }>> = {
  voice: { kind: 'audio', stream: 'camera' },
  camera: { kind: 'video', stream: 'camera' },
  screen: { kind: 'video', stream: 'screen' },
  screenSound: { kind: 'audio', stream: 'screen' },
};

/** The tracks that a link sends; a slot without a track sends nothing. */
export type OutgoingTracks = Readonly<Record<TrackSlot, MediaStreamTrack | null>>;
export const NO_TRACKS: OutgoingTracks = { voice: null, camera: null, screen: null, screenSound: null };
