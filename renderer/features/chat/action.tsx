import type { ComponentProps } from 'react';
import { IconButton } from '../../ui/button.tsx';
import styles from './actions.module.css';

/** A button of a message. A tooltip for each of them would cost more than its title. */
export function Action(props: Omit<ComponentProps<typeof IconButton>, 'title' | 'tooltip' | 'className'>) {
  return <IconButton {...props} title={props.label} tooltip={false} className={styles.small} />;
}
