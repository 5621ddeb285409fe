import { Copy, Forward, Trash2, X } from 'lucide-react';
import { useEffect, useState } from 'react';
import { isFromHere } from '../../stores/actions/entries.ts';
import { asCopied } from '../../stores/quoting.ts';
import { useActions } from '../../stores/react.tsx';
import type { Selection } from '../../stores/state.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { formatNumber } from '../../ui/format.ts';
import styles from './actions.module.css';
import { DeleteDialog } from './delete-dialog.tsx';

/** In the place of the field while messages are chosen: what can be done with them. */
export function SelectionBar({ selection }: { selection: Selection }) {
  const { stopSelecting, startForwarding, deleteSelected } = useActions();
  const [isAsking, setAsking] = useState(false);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && !event.defaultPrevented) stopSelecting();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [stopSelecting]);
  const { items } = selection;
  const own = items.filter(isFromHere).length;
  const isNone = items.length === 0;
  return (
    <div className={styles.selection} role="toolbar" aria-label="Selected messages">
      <IconButton icon={X} label="Stop selecting" tooltip={false} onClick={() => stopSelecting()} />
      <strong role="status">{formatNumber(items.length)} selected</strong>
      <Button
        size="small"
        icon={Copy}
        disabled={isNone}
        onClick={() => void navigator.clipboard.writeText(asCopied(items)).then(stopSelecting)}
      >
        Copy
      </Button>
      <Button size="small" icon={Forward} disabled={isNone} onClick={() => startForwarding(items)}>
        Forward
      </Button>
      <Button size="small" look="danger-quiet" icon={Trash2} disabled={own === 0} onClick={() => setAsking(true)}>
        {own === 0 || own === items.length ? 'Delete' : `Delete ${formatNumber(own)} of yours`}
      </Button>
      {isAsking ? (
        <DeleteDialog
          count={own}
          onClose={() => setAsking(false)}
          onDelete={() => {
            setAsking(false);
            void deleteSelected();
          }}
        />
      ) : null}
    </div>
  );
}
