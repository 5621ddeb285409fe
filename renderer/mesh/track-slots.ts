/** The places for tracks that each link has. */
export type TrackSlot = 'voice' | 'camera' | 'screen' | 'screenSound';
/** The places for pictures among them. */
export type VideoSlot = 'camera' | 'screen';
export const TRACK_SLOTS: readonly TrackSlot[] = ['voice', 'camera', 'screen', 'screenSound'];

/** The tracks that a link sends; a slot without a track sends nothing. The stream of a slot never changes. */
export type OutgoingTracks = Readonly<Record<TrackSlot, { track: MediaStreamTrack; stream: MediaStream } | null>>;
export const NO_TRACKS: OutgoingTracks = { voice: null, camera: null, screen: null, screenSound: null };
