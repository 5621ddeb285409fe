/** How much of the line one sound may take, in bits per second. */
export const SOUND_BPS = {
  /** As much as Chromium gives a voice in mono, which sounds no better with more. */
  voice: 32_000,
  /** A sound that is to arrive as it is played. */
  music: 128_000,
  /** The sound of a shared screen, in stereo. */
  screenSound: 96_000,
} as const;

/** What a track may take, by the place that it is in and by what it says of itself. */
export function soundBps(slot: 'voice' | 'screenSound', track: MediaStreamTrack | null): number {
  if (slot === 'screenSound') return SOUND_BPS.screenSound;
  return track?.contentHint === 'music' ? SOUND_BPS.music : SOUND_BPS.voice;
}
