import { CircleAlert, FolderOpen, Info, X } from 'lucide-react';
import { useActions, useApp } from '../../stores/react.tsx';
import { Button, IconButton } from '../../ui/button.tsx';
import styles from './notices.module.css';

/** A sentence that a person should read now; stays until it is dismissed. The code is behind 'Details'. */
export function Notices() {
  const notices = useApp((state) => state.notices);
  const { dismissNotice, showRecording } = useActions();
  return (
    <section className={styles.stack} aria-label="Notices" aria-live="polite">
      {notices.map(({ id, tone, text, code, shows }) => {
        const Icon = tone === 'trouble' ? CircleAlert : Info;
        return (
          <div key={id} className={styles.notice} data-tone={tone}>
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
      })}
    </section>
  );
}
