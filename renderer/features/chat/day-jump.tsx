import type { RoomId } from '@parley/shared/protocol';
import { type FormEvent, useId, useState } from 'react';
import { useActions } from '../../stores/react.tsx';
import { Button } from '../../ui/button.tsx';
import { dayKeyOf, dayOf, formatDay } from '../../ui/format.ts';
import { Popover } from '../../ui/popover.tsx';
import styles from './day-jump.module.css';

/** The day of the topmost message on the screen, which stays there while one scrolls. Pressed, it leads to other days. */
export function DayJump({ roomId, atMs, nowMs }: { roomId: RoomId; atMs: number; nowMs: number }) {
  const { goToTime, loadOldest } = useActions();
  const [isOpen, setOpen] = useState(false);
  const [wanted, setWanted] = useState('');
  const id = useId();
  const day = dayOf(wanted);

  const go = (event: FormEvent) => {
    event.preventDefault();
    if (!day) return;
    setOpen(false);
    goToTime(roomId, day.startMs);
  };
  return (
    <div className={styles.place}>
      <Popover
        open={isOpen}
        onOpenChange={(open) => {
          setOpen(open);
          if (open) setWanted(dayKeyOf(atMs));
        }}
        label="Go to a day"
        className={styles.panel}
        trigger={
          <button type="button" className={styles.day} title="Go to a day">
            <span>{formatDay(atMs, nowMs)}</span>
            <span className="visually-hidden">, go to another day</span>
          </button>
        }
      >
        <form onSubmit={go} className={styles.form}>
          <label htmlFor={id}>Go to a day</label>
          <input
            id={id}
            type="date"
            min="1970-01-02"
            max={dayKeyOf(nowMs)}
            required
            value={wanted}
            onChange={(event) => setWanted(event.target.value)}
          />
          <div className={styles.buttons}>
            <Button
              size="small"
              onClick={() => {
                setOpen(false);
                loadOldest(roomId);
              }}
            >
              First message
            </Button>
            <Button size="small" look="primary" type="submit" disabled={!day}>
              Go
            </Button>
          </div>
        </form>
      </Popover>
    </div>
  );
}
