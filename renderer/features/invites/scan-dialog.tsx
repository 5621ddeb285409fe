import { ImageUp } from 'lucide-react';
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import type { QrScanner } from '../../stores/actions/scanning.ts';
import { useActions } from '../../stores/react.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog, DialogActions } from '../../ui/dialog.tsx';
import { Banner, Refused } from '../../ui/field.tsx';
import styles from './scan-dialog.module.css';

/** Reads a QR code with the camera or from a picture. The camera is on only while this dialog is open. */
export function ScanDialog({ onFound, onClose }: { onFound: (text: string) => void; onClose: () => void }) {
  const { openScanner, readQrPicture } = useActions();
  const videoRef = useRef<HTMLVideoElement>(null);
  const fileRef = useRef<HTMLInputElement>(null);
  const found = useEffectEvent(onFound);
  const [trouble, setTrouble] = useState<string | null>(null);
  const [noCamera, setNoCamera] = useState<string | null>(null);
  const [open, setOpen] = useState(false);

  useEffect(() => {
    let scanner: QrScanner | undefined;
    let closed = false;
    void openScanner().then((opened) => {
      if (!opened.ok) return setNoCamera(opened.message);
      // The dialog was closed while the camera was being opened.
      if (closed) return opened.value.close();
      scanner = opened.value;
      const video = videoRef.current;
      if (!video) return;
      video.srcObject = scanner.stream;
      setOpen(true);
      scanner.watch(video, (text) => found(text));
    });
    return () => {
      closed = true;
      scanner?.close();
    };
  }, [openScanner]);

  const read = async (picture: Blob) => {
    setTrouble(null);
    const text = await readQrPicture(picture);
    if (text.ok) onFound(text.value);
    else setTrouble(text.message);
  };
  const readPasted = useEffectEvent((picture: Blob) => void read(picture));
  // A paste goes to whatever has the focus, so the whole dialog listens.
  useEffect(() => {
    const onPaste = (event: ClipboardEvent) => {
      const picture = [...(event.clipboardData?.files ?? [])].find((file) => file.type.startsWith('image/'));
      if (picture) readPasted(picture);
    };
    document.addEventListener('paste', onPaste);
    return () => document.removeEventListener('paste', onPaste);
  }, []);

  return (
    <Dialog title="Scan a QR code" size="small" onClose={onClose}>
      {noCamera ? (
        <Banner tone="warning" role="status">
          {noCamera} You can choose a picture of the code instead.
        </Banner>
      ) : (
        <div className={styles.view}>
          <video ref={videoRef} autoPlay playsInline muted aria-label="Camera, looking for a QR code" />
          {open ? null : <p role="status">Opening your camera…</p>}
        </div>
      )}
      <p className={styles.soft}>
        Hold the code in front of the camera until it is sharp, or choose or paste a picture of it. The picture stays on
        this computer.
      </p>
      {trouble ? <Refused>{trouble}</Refused> : null}
      <input
        ref={fileRef}
        type="file"
        accept="image/*"
        hidden
        aria-label="Picture of a QR code"
        onChange={(event) => {
          const picture = event.target.files?.[0];
          event.target.value = '';
          if (picture) void read(picture);
        }}
      />
      <DialogActions>
        <Button look="quiet" onClick={onClose}>
          Cancel
        </Button>
        <Button icon={ImageUp} data-autofocus onClick={() => fileRef.current?.click()}>
          Choose a picture
        </Button>
      </DialogActions>
    </Dialog>
  );
}
