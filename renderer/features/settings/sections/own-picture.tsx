import { ImageUp, Trash2 } from 'lucide-react';
import { useRef, useState } from 'react';
import { ownPictureAddress } from '../../../stores/own-picture.ts';
import { useActions, useApp } from '../../../stores/react.tsx';
import { Button } from '../../../ui/button.tsx';
import { Refused } from '../../../ui/field.tsx';
import styles from '../settings-screen.module.css';

/** The person's own picture as a background: to choose one, to see it, and to remove it. */
export function OwnPicture() {
  const { chooseBackground, removeBackground } = useActions();
  const address = useApp((state) => ownPictureAddress(state.settings));
  const input = useRef<HTMLInputElement>(null);
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<string | null>(null);

  const choose = async (file: File) => {
    setBusy(true);
    setTrouble(null);
    const chosen = await chooseBackground(file);
    setBusy(false);
    if (!chosen.ok) setTrouble(chosen.message);
  };

  return (
    <div className={styles.ownPicture}>
      {address === null ? null : (
        <div
          role="img"
          aria-label="Your own picture"
          className={styles.thumb}
          style={{ backgroundImage: `url("${address}")` }}
        />
      )}
      <div className={styles.ownPictureText}>
        <p className={styles.ownPictureHint}>
          {address === null
            ? 'A picture of your own can stand behind you too.'
            : 'Your own picture is kept on this computer. Others see it behind you while you use it.'}
        </p>
        <div className={styles.ownPictureButtons}>
          <Button icon={ImageUp} busy={busy} onClick={() => input.current?.click()}>
            {address === null ? 'Choose a picture…' : 'Choose another…'}
          </Button>
          {address === null ? null : (
            <Button look="quiet" icon={Trash2} onClick={() => void removeBackground()}>
              Remove
            </Button>
          )}
        </div>
        {trouble ? <Refused>{trouble}</Refused> : null}
      </div>
      <input
        ref={input}
        type="file"
        accept="image/png,image/jpeg,image/webp"
        hidden
        aria-label="Picture for your background"
        onChange={(event) => {
          const file = event.target.files?.[0];
          // The same file can be chosen once more.
          event.target.value = '';
          if (file) void choose(file);
        }}
      />
    </div>
  );
}
