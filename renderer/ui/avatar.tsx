import type { CSSProperties } from 'react';
import styles from './avatar.module.css';
import { classNames } from './class-names.ts';
import { hueOf, initialsOf } from './hue.ts';

type AvatarProps = {
  id: string;
  name: string;
  shape?: 'person' | 'room';
  /** Edge in px; left out, the parent's `--avatar` decides. */
  size?: number;
  present?: boolean;
};

/** A person's or a room's initials in their own colour. Decorative: the name stands beside it. */
export function Avatar({ id, name, shape = 'person', size, present = false }: AvatarProps) {
  const style = { '--hue': hueOf(id), ...(size === undefined ? {} : { '--avatar': `${size}px` }) } as CSSProperties;
  return (
    <span className={classNames(styles.avatar, shape === 'room' && styles.room)} style={style} aria-hidden="true">
      {initialsOf(name)}
      {present ? <span className={styles.present} /> : null}
    </span>
  );
}
