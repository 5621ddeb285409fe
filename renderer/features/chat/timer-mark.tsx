import { lifetimeWords } from '@parley/shared/model';
import type { RoomId } from '@parley/shared/protocol';
import { Timer } from 'lucide-react';
import { useState } from 'react';
import { useApp } from '../../stores/react.tsx';
import { IconButton } from '../../ui/button.tsx';
import { SelectField } from '../../ui/field.tsx';
import { Popover } from '../../ui/popover.tsx';
import { LIFETIMES } from '../lifetimes.ts';
import styles from './timer-mark.module.css';

/** How long an own message may be there: null without end, undefined as the room's timer says. */
type Chosen = number | null | undefined;

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

/** Says above the field how long what is written there will be seen, where that is not for good. */
export function TimerLine({ roomId, chosen }: { roomId: RoomId; chosen: Chosen }) {
  const ofRoom = useApp((state) => state.rooms.find((room) => room.roomId === roomId)?.lifetimeMs);
  if (ofRoom === undefined && typeof chosen !== 'number') return null;
  return (
    <p className={styles.line}>
      <Timer aria-hidden="true" /> {lineWords(ofRoom, chosen)}
    </p>
  );
}

function lineWords(ofRoom: number | undefined, chosen: Chosen): string {
  if (chosen === null) return 'Your next messages stay';
  if (chosen !== undefined) return `Your next messages disappear ${lifetimeWords(chosen)} after they are sent`;
  return `Messages disappear ${lifetimeWords(ofRoom ?? 0)} after they are sent`;
}

const AS_ROOM = 'room';
const NEVER = 'never';

/** Chooses how long this person's next messages in the room may be there. */
export function TimerButton({ chosen, choose }: { chosen: Chosen; choose: (chosen: Chosen) => void }) {
  const [isOpen, setOpen] = useState(false);
  const label = 'How long your messages stay';
  return (
    <Popover
      open={isOpen}
      onOpenChange={setOpen}
      label={label}
      className={styles.choice}
      trigger={<IconButton icon={Timer} label={label} title={label} tooltip={false} />}
    >
      <SelectField
        label="Your next messages here"
        value={chosen === undefined ? AS_ROOM : String(chosen ?? NEVER)}
        onChange={(value) => {
          choose(value === AS_ROOM ? undefined : value === NEVER ? null : Number(value));
          setOpen(false);
        }}
        options={[
          { id: AS_ROOM, label: 'Stay as the room says' },
          ...LIFETIMES.map((ms) => ({ id: String(ms), label: `Disappear after ${lifetimeWords(ms)}` })),
          { id: NEVER, label: 'Stay' },
        ]}
        empty=""
      />
    </Popover>
  );
}
