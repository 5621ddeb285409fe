import { LayoutGrid, Maximize, Minimize, UserRound } from 'lucide-react';
import { useId } from 'react';
import { useActions, useApp } from '../../stores/react.tsx';
import { Button } from '../../ui/button.tsx';
import { SwitchField } from '../../ui/field.tsx';
import { useShortcuts } from '../keys.ts';
import styles from './call-bar.module.css';
import { toggleFullScreen, useFullScreen } from './full-screen.ts';

const LAYOUTS = [
  { value: 'grid', label: 'All alike', icon: LayoutGrid },
  { value: 'speaker', label: 'Speaker large', icon: UserRound },
] as const;

/** How the call is shown to oneself. Nothing of it changes what the others see. */
export function ViewMenu() {
  const id = useId();
  const { changeSettings } = useActions();
  const { layout, ownPicture, mirrored } = useApp((state) => state.settings.stage);
  const shortcuts = useShortcuts();
  const isFull = useFullScreen();
  return (
    <>
      <button type="button" className={styles.control} aria-label="Choose the view" popoverTarget={id}>
        <LayoutGrid aria-hidden="true" />
        <span className={styles.word} aria-hidden="true">
          View
        </span>
      </button>
      <div id={id} popover="auto" role="group" aria-label="View" className={styles.devices}>
        <div role="radiogroup" aria-label="Layout" aria-describedby={`${id}-key`} className={styles.layouts}>
          {LAYOUTS.map(({ value, label, icon: Icon }) => (
            <label key={value} className={styles.layout}>
              <input
                type="radio"
                name={`${id}-layout`}
                checked={layout === value}
                onChange={() => void changeSettings({ stage: { layout: value } })}
              />
              <Icon aria-hidden="true" />
              {label}
            </label>
          ))}
        </div>
        <p id={`${id}-key`} className={styles.key}>
          Press {shortcuts.layout} to change it.
        </p>
        <SwitchField
          label="Show my picture"
          checked={ownPicture}
          onChange={(on) => void changeSettings({ stage: { ownPicture: on } })}
          hint={ownPicture ? undefined : 'The others see it as before.'}
        />
        <SwitchField
          label="Mirror my picture"
          checked={mirrored}
          onChange={(on) => void changeSettings({ stage: { mirrored: on } })}
          hint="Only you see it like that."
        />
        <Button size="small" icon={isFull ? Minimize : Maximize} onClick={toggleFullScreen}>
          {isFull ? 'Leave full screen' : 'Full screen'} ({shortcuts.fullScreen})
        </Button>
      </div>
    </>
  );
}
