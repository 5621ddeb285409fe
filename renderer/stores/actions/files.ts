import type { EntryContent, HistoryItem } from '@parley/shared/model';
import {
  accept,
  type FileId,
  type Outcome,
  type RoomId,
  refusalOf,
  refuse,
  toBase64Url,
} from '@parley/shared/protocol';
import { fingerprintOf } from '../../session/files/local-files.ts';
import type { ActionContext } from './context.ts';

/** A file that the person chose, with the names of the folders around it, the outermost first. */
export type ChosenFile = { file: File; folders: readonly string[] };

/** What a person can do with a file that is listed. */
export type FileAction = 'accept' | 'pause' | 'decline' | 'withdraw' | 'offer-again' | 'open' | 'show';

export interface FileActions {
  /** Offers files to the members of a room, also to those who come later. */
  offerFiles: (roomId: RoomId, chosen: readonly ChosenFile[]) => void;
  fileAction: (action: FileAction, fileId: FileId) => void;
  /** Downloads several files, one after the other until one is refused. */
  acceptFiles: (fileIds: readonly FileId[]) => void;
  /** Takes note of the file that a message offers, where that was missed. */
  learnFile: (message: HistoryItem) => void;
  /** The same file once more, after a restart: it has to be what it was. */
  chooseFileAgain: (roomId: RoomId, fileId: FileId, file: File) => void;
  /** Says why what was dropped or pasted is not taken. */
  refuseFiles: (message: string) => void;
}

export function createFileActions(context: ActionContext): FileActions {
  const { ports, store, session, localFiles, tell, tellUnlessCancelled, notices, chats, drafts } = context;
  const { bridge } = ports;
  let nextId = 1;
  /** One file is read at a time. */
  let turn: Promise<unknown> = Promise.resolve();

  /** Reads a file while its progress is shown; `use` gets what it is. */
  async function prepare<T>(
    roomId: RoomId,
    file: File,
    use: (print: { root: string; hashes: string }) => Promise<Outcome<T>>,
  ): Promise<Outcome<T>> {
    const id = nextId++;
    const shown = { id, roomId, name: file.name, sizeBytes: file.size, bytes: 0 };
    store.setState(({ preparing }) => ({ preparing: [...preparing, shown] }));
    const progress = (bytes: number) =>
      store.setState(({ preparing }) => ({
        preparing: preparing.map((each) => (each.id === id ? { ...each, bytes } : each)),
      }));
    const isWanted = () => store.getState().rooms.some((room) => room.roomId === roomId);
    const mine = turn.then(async (): Promise<Outcome<T>> => {
      const print = await fingerprintOf(file, progress, isWanted);
      return print.ok ? use(print.value) : print;
    });
    turn = mine.catch(() => {});
    try {
      return await mine;
    } finally {
      store.setState(({ preparing }) => ({ preparing: preparing.filter((each) => each.id !== id) }));
    }
  }

  const offer = ({ file, folders }: ChosenFile, roomId: RoomId) =>
    prepare(roomId, file, async ({ root, hashes }) => {
      const salt = toBase64Url(ports.randomBytes(16));
      const sizeBytes = file.size;
      const offered = await bridge.call('files.offer', {
        ...{ roomId, name: file.name, folders: [...folders], sizeBytes, root, salt, hashes },
      });
      if (!offered.ok) return offered;
      const { fileId } = offered.value;
      localFiles.add(fileId, file);
      session(roomId)?.files.atHand(fileId);
      const content = { fileId, salt, name: file.name, folders: [...folders] };
      const sent = await sendOffer(roomId, { ...content, kind: 'file', of: null, sizeBytes, root });
      if (sent.ok) return accept(undefined);
      localFiles.remove(fileId);
      await bridge.call('files.withdraw', { fileId });
      return sent;
    });

  async function acceptEach(fileIds: readonly FileId[]): Promise<void> {
    for (const fileId of fileIds) {
      const accepted = await bridge.call('files.accept', { fileId });
      tell(accepted);
      if (!accepted.ok) return;
    }
  }

  /** Puts the file among the messages. */
  async function sendOffer(roomId: RoomId, content: EntryContent): Promise<Outcome<unknown>> {
    const room = session(roomId);
    if (!room) return refuse('room-unknown');
    try {
      const stored = (item: HistoryItem) => chats.add(roomId, [item]);
      return await room.send(content, stored, () => drafts.kept(roomId));
    } catch (thrown) {
      return refusalOf(thrown);
    }
  }

  return {
    offerFiles(roomId, chosen) {
      for (const each of chosen) void offer(each, roomId).then(tell);
    },
    fileAction(action, fileId) {
      void bridge.call(`files.${action}`, { fileId }).then((done: Outcome<unknown>) => {
        tellUnlessCancelled(done);
        if (done.ok && action === 'withdraw') localFiles.remove(fileId);
      });
    },
    acceptFiles: (fileIds) => void acceptEach(fileIds),
    learnFile: (message) => void session(message.roomId)?.files.learn([message]),
    chooseFileAgain(roomId, fileId, file) {
      const item = store.getState().files[roomId]?.find((each) => each.fileId === fileId);
      if (!item) return;
      void prepare(roomId, file, async ({ root }) => {
        if (root !== item.root) {
          return refuse('file-changed', {
            message: 'This is not the file that was offered, or it was changed since then.',
          });
        }
        localFiles.add(fileId, file);
        session(roomId)?.files.atHand(fileId);
        return accept(undefined);
      }).then(tell);
    },
    refuseFiles: (message) => notices.say('info', message, null),
  };
}
