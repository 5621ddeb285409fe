import { sentenceOf } from '@parley/shared/protocol';
import type { FileNow, VoicePlaying } from '../../stores/state.ts';
import { countOf, formatDuration } from '../../ui/format.ts';
import { percentOf } from '../files/file-words.ts';

/** `1 minute 5 seconds`, for people who hear it. */
export function spokenDuration(durationMs: number): string {
  const seconds = Math.round(durationMs / 1_000);
  const minutes = Math.floor(seconds / 60);
  const rest = countOf(seconds % 60, 'second', 'seconds');
  return minutes === 0 ? rest : `${countOf(minutes, 'minute', 'minutes')} ${rest}`;
}

/** Where a voice message is played, for people who hear it: `12 of 65 seconds`. */
export const positionWords = (positionMs: number, durationMs: number): string =>
  `${Math.floor(positionMs / 1_000)} of ${countOf(Math.round(durationMs / 1_000), 'second', 'seconds')}`;

/** `0:12 / 1:05` while it is played, `1:05` otherwise. A recording of less than a second has one. */
export function timeWords(playing: VoicePlaying | null, durationMs: number): string {
  const whole = formatDuration(Math.max(1_000, Math.round(durationMs / 1_000) * 1_000));
  return playing ? `${formatDuration(playing.positionMs)} / ${whole}` : whole;
}

/** What keeps a voice message from being heard at once; null where nothing does. */
export function loadWords(file: FileNow, playing: VoicePlaying | null): string | null {
  if (playing?.at === 'failed') return 'This recording cannot be played.';
  const { mine, state, held, trouble, sources, bytes, sizeBytes } = file;
  if (mine) return held ? null : 'Not on this computer any more';
  switch (state) {
    case 'received':
      return null;
    case 'receiving':
      return sources === 0 ? 'Waiting for somebody who has it' : `Loading, ${percentOf(bytes, sizeBytes)} %`;
    case 'declined':
    case 'paused':
      return trouble ? sentenceOf(trouble) : 'Not loaded';
    default:
      return 'Not loaded';
  }
}

/** Whether a press can bring something to be heard. */
export const isPlayable = ({ mine, held, state, trouble }: FileNow): boolean =>
  mine ? held : !(state === 'declined' && trouble === 'voice-invalid');
