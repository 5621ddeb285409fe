import type { HistoryItem } from '@parley/shared/model';
import type { MessageId } from '@parley/shared/protocol';
import type { AppState, FileNow } from '../../../stores/state.ts';
import { itemOf } from './chat.ts';
import { deviceIdOf, idOf } from './ids.ts';
import { design } from './rooms.ts';

const MB = 1_000_000;

export function fileOf(name: string, nowMs: number, more: Partial<FileNow> = {}): FileNow {
  return {
    fileId: idOf(name, 16) as FileNow['fileId'], // of the right length
    salt: idOf(`salt of ${name}`, 16),
    name,
    shownName: name,
    folders: [],
    sizeBytes: 12.4 * MB,
    root: idOf(`root of ${name}`, 32),
    offeredAt: nowMs - 60_000,
    round: 1,
    roomId: design,
    author: deviceIdOf('Ana Moreira'),
    mine: false,
    state: 'offered',
    kind: 'document',
    risk: 'none',
    haveBytes: 0,
    held: false,
    trouble: null,
    bytes: 0,
    bytesPerSecond: null,
    sources: 0,
    peers: [],
    atHand: false,
    picture: null,
    ...more,
  };
}

/** The same files as the messages that offer them. */
export const fileMessagesAt = (nowMs: number): HistoryItem[] =>
  (filesAt(nowMs).files[design] ?? []).map((file, index, all) => {
    const { salt, name, folders, sizeBytes, root, mine, fileId } = file;
    const line = itemOf([mine ? 'You' : 'Ana Moreira', all.length - index, name], 100 + index, nowMs);
    const offer = { salt, name, folders, sizeBytes, root };
    return { ...line, id: fileId as string as MessageId, content: { kind: 'file', file: offer } }; // both are 16 bytes
  });

/** Files of a room in every state. */
export function filesAt(nowMs: number): Pick<AppState, 'files' | 'preparing'> {
  const name = 'Benedikt';
  const bytes = 2.1 * MB;
  return {
    files: {
      [design]: [
        fileOf('Agenda.pdf', nowMs, { state: 'received', held: true, atHand: true }),
        fileOf('setup.exe', nowMs, { kind: 'program', risk: 'dangerous', sizeBytes: 2.1 * MB }),
        fileOf('Workshop recording.mp4', nowMs, {
          ...{
            state: 'receiving',
            kind: 'video',
            sizeBytes: 480 * MB,
            bytes: 216 * MB,
            sources: 2,
            bytesPerSecond: 3.2 * MB,
          },
        }),
        fileOf('صور الرحلة.zip', nowMs, {
          state: 'paused',
          kind: 'archive',
          bytes: 4 * MB,
          trouble: 'disk-full',
          folders: ['trip'],
        }),
        fileOf('plan.txt', nowMs, {
          ...{ mine: true, state: 'shared', kind: 'text', sizeBytes: 4.2 * MB, atHand: true },
          peers: [{ deviceId: deviceIdOf(name), name, bytes, state: 'receiving' }],
        }),
        fileOf('poster.png', nowMs, { mine: true, state: 'shared', kind: 'picture' }),
        fileOf('old plan.txt', nowMs, {
          ...{ mine: true, state: 'shared', kind: 'text', atHand: true },
          peers: [{ deviceId: deviceIdOf(name), name, bytes: 0, state: 'declined' }],
        }),
        ...['beach.jpg', 'harbour.jpg', 'list.txt'].map((inside) => fileOf(inside, nowMs, { folders: ['Tavira'] })),
      ],
    },
    preparing: [{ id: 1, roomId: design, name: 'Meeting notes.docx', sizeBytes: 90 * MB, bytes: 30 * MB }],
  };
}
