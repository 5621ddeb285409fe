import { LIMITS, type RoomId } from '@parley/shared/protocol';
import { SendHorizontal, Trash2 } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { useActions, useApp } from '../../stores/react.tsx';
import type { Recording } from '../../stores/state.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { Refused } from '../../ui/field.tsx';
import { formatDuration } from '../../ui/format.ts';
import { isCommand } from '../keys.ts';
import styles from './voice.module.css';

type RecordingBarProps = { roomId: RoomId; recording: Recording; lifetimeMs: number | null | undefined };

/** So long before its end the recording says when that is. */
const END_SAID_MS = 60_000;
/** From here on Escape throws nothing away: it ends the recording, and the button beside it discards. */
const KEPT_FROM_MS = 3_000;

/** What takes Escape before the recording does. Older browsers have no popovers, and throw at the selector. */
const OPEN = 'popover' in HTMLElement.prototype ? 'dialog[open], :popover-open' : 'dialog[open]';

/** A recording that runs, in the place of the field: how long and how loud it is, and the ways to end it. */
export function RecordingBar({ roomId, recording, lifetimeMs }: RecordingBarProps) {
  const { sendVoice, discardVoice, keepVoice } = useActions();
  const isHeardInCall = useApp(({ call }) => call.at === 'joined' && call.microphone === 'live');
  const sendRef = useRef<HTMLButtonElement>(null);
  const barRef = useRef<HTMLDivElement>(null);
  const isOver = recording.at === 'storing';
  const elapsedMs = recording.at === 'recording' ? recording.elapsedMs : 0;
  const level = recording.at === 'recording' ? recording.level : 0;
  const isLong = elapsedMs >= KEPT_FROM_MS;
  const isHeld = 'held' in recording && recording.held;

  useEffect(() => sendRef.current?.focus(), []);

  // On the document: while the pointer holds the button nothing has the focus. A dialog, a panel or another field has its own use for Escape.
  useEffect(() => {
    if (isOver) return;
    const listener = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || isCommand(event)) return;
      const { activeElement, body } = document;
      if (document.querySelector(OPEN) || (activeElement !== body && !barRef.current?.contains(activeElement))) return;
      event.preventDefault();
      event.stopPropagation();
      if (isLong) keepVoice(roomId);
      else discardVoice();
    };
    document.addEventListener('keydown', listener, true);
    return () => document.removeEventListener('keydown', listener, true);
  }, [isOver, isLong, roomId, discardVoice, keepVoice]);

  // Another room, or another screen: what was said is kept until the person comes back.
  useEffect(() => () => keepVoice(roomId), [roomId, keepVoice]);

  return (
    <div ref={barRef} className={styles.recording} role="group" aria-label="Recording a voice message">
      <IconButton icon={Trash2} label="Discard the recording" title="Discard" tooltip={false} onClick={discardVoice} />
      <span className={styles.dot} aria-hidden="true" />
      <span className={styles.time} role="timer" aria-live="off">
        {formatDuration(elapsedMs)}
      </span>
      <meter className={styles.level} aria-label="Loudness" min={0} max={1} value={level} />
      <Button
        ref={sendRef}
        className={styles.send}
        look="primary"
        size="small"
        icon={SendHorizontal}
        busy={isOver}
        aria-label="Send the recording"
        onClick={() => void sendVoice(roomId, lifetimeMs)}
      >
        Send
      </Button>
      <span className={styles.hint} role="status">
        {hintOf(recording, isHeld)}
        {elapsedMs > LIMITS.voiceMaxMs - END_SAID_MS ? ' It ends by itself at 15 minutes.' : ''}
        {isHeardInCall ? ' The others in the call hear you too.' : ''}
      </span>
    </div>
  );
}

function hintOf({ at }: Recording, isHeld: boolean): string {
  if (at === 'asking') return 'Waiting for the microphone…';
  if (at === 'storing') return 'Being stored…';
  return isHeld
    ? 'Let go to send. Slide up to go on without holding.'
    : 'Recording. Enter sends, Esc ends it without sending.';
}

/** Why there is no recording. */
export function RecordingRefused({ recording }: { recording: Recording | null }) {
  return recording?.at === 'refused' ? <Refused>{recording.trouble.message}</Refused> : null;
}
