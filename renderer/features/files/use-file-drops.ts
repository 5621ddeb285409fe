import { LIMITS, type RoomId, sentenceOf } from '@parley/shared/protocol';
import { type ClipboardEvent, type DragEvent, useState } from 'react';
import type { ChosenFile } from '../../stores/actions/files.ts';
import { useActions } from '../../stores/react.tsx';
import { CHOSEN_MAX, filesOfTransfer } from './chosen-files.ts';

const hasFiles = ({ types }: DataTransfer): boolean => types.includes('Files');

/** Offers chosen files to a room, or says why not. */
export function useOfferFiles(roomId: RoomId): (chosen: readonly ChosenFile[]) => void {
  const actions = useActions();
  return (chosen) => {
    if (chosen.length > CHOSEN_MAX) {
      actions.refuseFiles(`These are more than ${CHOSEN_MAX} files. Send fewer at once.`);
      return;
    }
    if (chosen.some(({ file }) => file.size > LIMITS.fileMaxBytes)) actions.refuseFiles(sentenceOf('file-too-large'));
    actions.offerFiles(
      roomId,
      chosen.filter(({ file }) => file.size <= LIMITS.fileMaxBytes),
    );
  };
}

/** The properties of an element on which files and folders can be dropped, and into which they can be pasted. */
export function useFileDrops(roomId: RoomId) {
  const offer = useOfferFiles(roomId);
  const [isOver, setIsOver] = useState(false);
  return {
    isOver,
    onDragOver(event: DragEvent) {
      if (!hasFiles(event.dataTransfer)) return;
      event.preventDefault();
      event.dataTransfer.dropEffect = 'copy';
      setIsOver(true);
    },
    onDragLeave(event: DragEvent) {
      if (!(event.relatedTarget instanceof Node) || !event.currentTarget.contains(event.relatedTarget))
        setIsOver(false);
    },
    onDrop(event: DragEvent) {
      if (!hasFiles(event.dataTransfer)) return;
      event.preventDefault();
      setIsOver(false);
      void filesOfTransfer(event.dataTransfer).then(offer);
    },
    onPaste(event: ClipboardEvent) {
      if (!hasFiles(event.clipboardData)) return;
      // Text that was copied in a program may bring a picture of itself along: the text is meant.
      if (event.clipboardData.types.includes('text/plain')) return;
      event.preventDefault();
      void filesOfTransfer(event.clipboardData).then(offer);
    },
  };
}
