import type { ChosenFile } from '../../stores/actions/files.ts';

/** A person who drops more has taken hold of the wrong folder. */
export const CHOSEN_MAX = 500;
const DEPTH_MAX = 16;

/** The files of an input, with their folders where a folder was chosen. */
export function filesOfInput(files: Iterable<File>): ChosenFile[] {
  return [...files].map((file) => ({ file, folders: file.webkitRelativePath.split('/').slice(0, -1) }));
}

/** The files that are dropped or pasted, with those inside folders. Has to be called before the event is over. */
export async function filesOfTransfer(transfer: DataTransfer): Promise<ChosenFile[]> {
  const entries = [...transfer.items]
    .filter(({ kind }) => kind === 'file')
    .map((item) => ({ entry: item.webkitGetAsEntry(), file: item.getAsFile() }));
  const found: ChosenFile[] = [];
  for (const { entry, file } of entries) {
    if (entry?.isDirectory) await walk(entry, [], found);
    else if (file) found.push({ file, folders: [] });
  }
  return found;
}

async function walk(entry: FileSystemEntry, folders: readonly string[], found: ChosenFile[]): Promise<void> {
  // One more than may be sent says that there are too many.
  if (found.length > CHOSEN_MAX) return;
  if (isFile(entry)) {
    const file = await new Promise<File | null>((resolve) => entry.file(resolve, () => resolve(null)));
    if (file) found.push({ file, folders });
  } else if (isFolder(entry) && folders.length < DEPTH_MAX) {
    for (const inside of await entriesOf(entry)) await walk(inside, [...folders, entry.name], found);
  }
}

const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile;
const isFolder = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory;

/** A browser gives the content of a folder in portions, the last of which is empty. */
async function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve) => reader.readEntries(resolve, () => resolve([])));
    if (some.length === 0 || all.length > CHOSEN_MAX) return all;
    all.push(...some);
  }
}
