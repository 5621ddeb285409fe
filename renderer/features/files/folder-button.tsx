import { FolderDown } from 'lucide-react';
import { useActions, useApp } from '../../stores/react.tsx';
import type { FileNow } from '../../stores/state.ts';
import { Button } from '../../ui/button.tsx';

const none: readonly FileNow[] = [];

/** Takes everything of a folder at once. It stands on the first file of the folder that waits for an answer. */
export function FolderButton({ file }: { file: FileNow }) {
  const actions = useActions();
  const files = useApp((state) => state.files[file.roomId] ?? none);
  const [folder] = file.folders;
  if (file.mine || file.state !== 'offered' || folder === undefined) return null;
  const inside = files.filter(
    ({ author, state, folders }) => author === file.author && state === 'offered' && folders[0] === folder,
  );
  if (inside.length < 2 || inside[0]?.fileId !== file.fileId) return null;
  return (
    <Button
      size="small"
      icon={FolderDown}
      aria-label={`Download all ${inside.length} files of the folder ${folder}`}
      onClick={() => actions.acceptFiles(inside.map(({ fileId }) => fileId))}
    >
      {`Download all ${inside.length} of the folder`}
    </Button>
  );
}
