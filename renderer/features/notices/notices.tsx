import { CircleAlert, FolderOpen, Info, X } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { useActions, useApp } from '../../stores/react.tsx';
import type { Notice as NoticeNow } from '../../stores/state.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import styles from './notices.module.css';

/** How long good news stays that asks for nothing, in ms. */
const NEWS_STAYS_MS = 10_000;

/** Whether the pointer or the keyboard is on it. */
const isAtHand = (element: HTMLElement | null): boolean =>
  element !== null && (element.contains(document.activeElement) || element.matches(':hover'));

/** Sentences that a person should read now. */
export function Notices() {
  const notices = useApp((state) => state.notices);
  return (
    <section className={styles.stack} aria-label="Notices" aria-live="polite">
      {notices.map((notice) => (
        <Notice key={notice.id} notice={notice} />
      ))}
    </section>
  );
}

/**
 * Trouble, and what has a button, stays until it is dismissed. Other news leaves by itself, but not while the pointer or the keyboard is on
 * it. The code of a refusal is behind 'Details'.
 */
function Notice({ notice: { id, tone, text, code, shows } }: { notice: NoticeNow }) {
  const { dismissNotice, showRecording } = useActions();
  const element = useRef<HTMLDivElement>(null);
  const leaves = tone === 'info' && !shows;
  useEffect(() => {
    if (!leaves) return undefined;
    let timer: ReturnType<typeof setTimeout>;
    const leave = () => {
      if (isAtHand(element.current)) timer = setTimeout(leave, NEWS_STAYS_MS);
      else dismissNotice(id);
    };
    timer = setTimeout(leave, NEWS_STAYS_MS);
    return () => clearTimeout(timer);
  }, [leaves, id, dismissNotice]);
  const Icon = tone === 'trouble' ? CircleAlert : Info;
  return (
    <div ref={element} className={styles.notice} data-tone={tone}>
      <Icon aria-hidden="true" />
      <div className={styles.text}>
        <p>{text}</p>
        {shows ? (
          <Button size="small" icon={FolderOpen} onClick={() => showRecording(shows)}>
            Show in folder
          </Button>
        ) : null}
        {code ? (
          <details>
            <summary>Details</summary>
            <code>{code}</code>
          </details>
        ) : null}
      </div>
      <IconButton icon={X} label="Dismiss" tooltip={false} onClick={() => dismissNotice(id)} />
    </div>
  );
}
