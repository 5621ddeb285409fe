import { LIMITS } from '@parley/shared/protocol';
import type { KeyboardEvent, PointerEvent } from 'react';
import styles from './voice.module.css';
import { positionWords } from './voice-words.ts';

type WaveformProps = {
  levels: readonly number[];
  durationMs: number;
  positionMs: number;
  disabled: boolean;
  onSeek: (toMs: number) => void;
};

const STEP_MS = 5_000;
const PAGE_MS = 30_000;
/** Of a bar's full height, so that silence is seen as well. */
const LOWEST = 0.08;

/**
 * How loud a voice message is over its time, and where it is played. The pointer and the arrow keys go through it. Time runs from left to
 * right in every script, as on the keys of a player.
 */
export function Waveform({ levels, durationMs, positionMs, disabled, onSeek }: WaveformProps) {
  const played = durationMs === 0 ? 0 : positionMs / durationMs;
  const seekTo = ({ currentTarget, clientX }: PointerEvent<HTMLElement>) => {
    const { left, width } = currentTarget.getBoundingClientRect();
    if (width > 0) onSeek(Math.max(0, Math.min(1, (clientX - left) / width)) * durationMs);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const to = placeAfter(event.key, positionMs, durationMs);
    if (disabled || to === null || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    // The list of messages has its own use for these keys.
    event.stopPropagation();
    onSeek(Math.max(0, Math.min(durationMs, to)));
  };
  return (
    <div
      className={styles.waveform}
      role="slider"
      tabIndex={disabled ? -1 : 0}
      aria-label="Position"
      aria-disabled={disabled || undefined}
      aria-valuemin={0}
      aria-valuemax={Math.max(1, Math.round(durationMs / 1_000))}
      aria-valuenow={Math.floor(positionMs / 1_000)}
      aria-valuetext={positionWords(positionMs, durationMs)}
      onPointerDown={(event) => {
        if (disabled || event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        seekTo(event);
      }}
      onPointerMove={(event) => {
        if (!disabled && event.currentTarget.hasPointerCapture(event.pointerId)) seekTo(event);
      }}
      onKeyDown={onKeyDown}
    >
      {levels.map((level, index) => (
        <span
          // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of one recording never change their places
          key={index}
          className={styles.piece}
          data-played={(index + 0.5) / levels.length <= played || undefined}
          style={{ blockSize: `${Math.max(LOWEST, level / LIMITS.voiceLevelMax) * 100}%` }}
        />
      ))}
    </div>
  );
}

/** Where a key leads; null for any other key. */
function placeAfter(key: string, positionMs: number, durationMs: number): number | null {
  switch (key) {
    case 'ArrowRight':
    case 'ArrowUp':
      return positionMs + STEP_MS;
    case 'ArrowLeft':
    case 'ArrowDown':
      return positionMs - STEP_MS;
    case 'PageUp':
      return positionMs + PAGE_MS;
    case 'PageDown':
      return positionMs - PAGE_MS;
    case 'Home':
      return 0;
    case 'End':
      return durationMs;
    default:
      return null;
  }
}
