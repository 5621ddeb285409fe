import type { RoomId } from '@parley/shared/protocol';
import { FolderUp, Paperclip } from 'lucide-react';
import { useRef } from 'react';
import { IconButton } from '../../ui/button.tsx';
import { filesOfInput } from './chosen-files.ts';
import { useOfferFiles } from './use-file-drops.ts';

/** Choose files, or a folder with everything in it, to offer them to the room. */
export function AttachButtons({ roomId }: { roomId: RoomId }) {
  return (
    <>
      <Attach roomId={roomId} label="Send files" icon={Paperclip} />
      <Attach roomId={roomId} label="Send a folder" icon={FolderUp} folder />
    </>
  );
}

type AttachProps = { roomId: RoomId; label: string; icon: typeof Paperclip; folder?: boolean };

function Attach({ roomId, label, icon, folder = false }: AttachProps) {
  const offer = useOfferFiles(roomId);
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <IconButton icon={icon} label={label} title={label} tooltip={false} onClick={() => input.current?.click()} />
      <input
        ref={input}
        type="file"
        multiple
        hidden
        aria-label={label}
        {...(folder ? { webkitdirectory: '' } : {})}
        onChange={(event) => {
          offer(filesOfInput(event.target.files ?? []));
          // The same file can be chosen once more.
          event.target.value = '';
        }}
      />
    </>
  );
}
