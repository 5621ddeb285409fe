import type { ReactNode } from 'react';
import { Button } from './button.tsx';
import { Dialog, DialogActions } from './dialog.tsx';

type ConfirmDialogProps = {
  title: string;
  /** The word on the button that does it. */
  act: string;
  onAct: () => void;
  onClose: () => void;
  busy?: boolean;
  children: ReactNode;
};

/** Asks before something that cannot be taken back. The focus is on Cancel. The caller closes the dialog after `onAct`. */
export function ConfirmDialog({ title, act, onAct, onClose, busy = false, children }: ConfirmDialogProps) {
  return (
    <Dialog title={title} size="small" onClose={onClose}>
      {children}
      <DialogActions>
        <Button look="quiet" data-autofocus onClick={onClose}>
          Cancel
        </Button>
        <Button look="danger" busy={busy} onClick={onAct}>
          {act}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
