import { Camera, Circle, CircleStop, Disc, Radio } from 'lucide-react';
import { useId, useRef, useState } from 'react';
import { inCallOf } from '../../stores/call-content.ts';
import { useActions, useApp } from '../../stores/react.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog, DialogActions } from '../../ui/dialog.tsx';
import styles from './call-bar.module.css';
import { LiveDialog } from './live-dialog.tsx';
import { leftOutWords } from './recording-words.ts';

/** Taking something out of a call: a recording, the call live, or a picture. */
export function RecordMenu() {
  const id = useId();
  const menu = useRef<HTMLDivElement>(null);
  const { takePicture, stopRecording, stopLive } = useActions();
  const recording = useApp((state) => state.callRecording);
  const live = useApp((state) => state.callLive);
  const [asks, setAsks] = useState<'record' | 'live' | null>(null);
  const close = () => setAsks(null);
  const then = (act: () => void) => () => {
    menu.current?.hidePopover();
    act();
  };
  return (
    <>
      <button
        type="button"
        className={styles.control}
        aria-label="Record, go live or take a picture"
        popoverTarget={id}
      >
        <Disc aria-hidden="true" />
        <span className={styles.word} aria-hidden="true">
          Record
        </span>
      </button>
      <div
        id={id}
        ref={menu}
        popover="auto"
        role="group"
        aria-label="Record"
        className={`${styles.devices} ${styles.keeping}`}
      >
        {recording === null ? (
          <Button icon={Circle} onClick={then(() => setAsks('record'))}>
            Record the call…
          </Button>
        ) : (
          <Button icon={CircleStop} busy={recording.at !== 'running'} onClick={then(stopRecording)}>
            Stop recording
          </Button>
        )}
        {live === null ? (
          <Button icon={Radio} onClick={then(() => setAsks('live'))}>
            Go live…
          </Button>
        ) : (
          <Button icon={CircleStop} onClick={then(stopLive)}>
            Stop being live
          </Button>
        )}
        <Button icon={Camera} onClick={then(() => takePicture())}>
          Take a picture of the call
        </Button>
      </div>
      {asks === 'record' ? <RecordDialog onClose={close} /> : null}
      {asks === 'live' ? <LiveDialog onClose={close} /> : null}
    </>
  );
}

/** Says what is recorded, and that the others are told, before anything is. */
export function RecordDialog({ onClose }: { onClose: () => void }) {
  const { startRecording } = useActions();
  const leftOut = useApp((state) => leftOutWords(inCallOf(state)));
  return (
    <Dialog title="Record this call?" onClose={onClose} size="small">
      <p>
        Everything that you see and hear in the call, and your own picture and voice, goes into a video on this
        computer, in the folder Recordings beside your received files.
      </p>
      {leftOut ? <p>{leftOut}</p> : null}
      <p>
        Everybody in the call is told at once, and whoever joins later is told before. The video notes their names and
        how long they were there. Tell them why you record, and stop if somebody does not want it.
      </p>
      <DialogActions>
        <Button look="quiet" onClick={onClose}>
          Cancel
        </Button>
        <Button
          look="primary"
          icon={Circle}
          data-autofocus
          onClick={() => {
            startRecording();
            onClose();
          }}
        >
          Record
        </Button>
      </DialogActions>
    </Dialog>
  );
}
