import type { RoomId } from '@parley/shared/protocol';
import { Timer } from 'lucide-react';
import { useApp } from '../../stores/react.tsx';
import { lifetimeWords } from '../lifetime-words.ts';
import styles from './timer-mark.module.css';

/** Stands at a message that disappears. */
export function TimerMark({ lifetimeMs }: { lifetimeMs: number }) {
  const words = `Disappears ${lifetimeWords(lifetimeMs)} after it was sent`;
  return (
    <span className={styles.mark} title={words}>
      <Timer aria-hidden="true" />
      <span className="visually-hidden">{words}</span>
    </span>
  );
}

/** Says above the field that the room's timer is on. */
export function TimerLine({ roomId }: { roomId: RoomId }) {
  const lifetimeMs = useApp((state) => state.rooms.find((room) => room.roomId === roomId)?.lifetimeMs);
  if (lifetimeMs === undefined) return null;
  return (
    <p className={styles.line}>
      <Timer aria-hidden="true" /> {`Messages disappear ${lifetimeWords(lifetimeMs)} after they are sent`}
    </p>
  );
}
