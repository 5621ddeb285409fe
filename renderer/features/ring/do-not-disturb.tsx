import { Bell, BellOff } from 'lucide-react';
import { useState } from 'react';
import { useActions, useApp } from '../../stores/react.tsx';
import { Button } from '../../ui/button.tsx';
import { Popover } from '../../ui/popover.tsx';
import { useNow } from '../../ui/use-now.ts';
import styles from './do-not-disturb.module.css';
import { quietWords } from './quiet-words.ts';

const choices = [
  { how: 'hour', label: 'For an hour' },
  { how: 'morning', label: 'Until the morning' },
  { how: 'on', label: 'Until I turn it off' },
] as const;

/** The bell of the rail: says whether calls ring, and keeps them quiet for a while. */
export function DoNotDisturb({
  className,
  wordClassName,
}: {
  className: string | undefined;
  wordClassName: string | undefined;
}) {
  const { doNotDisturb, openSettings } = useActions();
  const quiet = useApp((state) => state.quiet);
  const now = useNow(30_000);
  const [isOpen, setOpen] = useState(false);
  const words = quietWords(quiet, now);
  const Icon = quiet ? BellOff : Bell;
  const choose = (how: 'off' | (typeof choices)[number]['how']) => {
    setOpen(false);
    void doNotDisturb(how);
  };
  return (
    <Popover
      open={isOpen}
      onOpenChange={setOpen}
      label="Do not disturb"
      className={styles.panel}
      trigger={
        <button
          type="button"
          className={className}
          aria-label={`Do not disturb. ${words}`}
          title={words}
          data-quiet={quiet !== null}
        >
          <Icon aria-hidden="true" />
          <span className={wordClassName}>{quiet ? 'Quiet' : 'Do not disturb'}</span>
        </button>
      }
    >
      <p className={styles.now} role="status">
        {words}
      </p>
      {quiet?.why === 'do-not-disturb' ? (
        <Button look="primary" icon={Bell} onClick={() => choose('off')}>
          Let calls ring again
        </Button>
      ) : (
        choices.map(({ how, label }) => (
          <Button key={how} look="quiet" onClick={() => choose(how)}>
            {label}
          </Button>
        ))
      )}
      <p className={styles.soft}>Calls still show in their rooms, and count as missed.</p>
      <Button
        look="quiet"
        size="small"
        onClick={() => {
          setOpen(false);
          openSettings('privacy');
        }}
      >
        Quiet hours and who may ring…
      </Button>
    </Popover>
  );
}
