import { isolated } from '@parley/shared/model';
import { sentenceOf } from '@parley/shared/protocol';
import type { FileNow } from '../../stores/state.ts';
import { countOf, formatSize } from '../../ui/format.ts';

const KINDS: Record<FileNow['kind'], string> = {
  picture: 'Picture',
  sound: 'Sound',
  video: 'Video',
  document: 'Document',
  text: 'Text',
  archive: 'Archive',
  program: 'Program',
  other: 'File',
};

/** `Picture, 1.5 MB`. */
export const kindWords = ({ kind, sizeBytes }: Pick<FileNow, 'kind' | 'sizeBytes'>): string =>
  `${KINDS[kind]}, ${formatSize(sizeBytes)}`;

/** What a person has to know before they open it; null for harmless kinds. */
export function riskWords({ mine, risk }: Pick<FileNow, 'mine' | 'risk'>): string | null {
  return !mine && risk === 'dangerous' ? 'Can harm your computer. Open it only if you expected it.' : null;
}

/** `2 min left`, in steps that do not jump about. */
export function timeLeftWords(bytesLeft: number, bytesPerSecond: number | null): string | null {
  if (bytesPerSecond === null || bytesPerSecond < 1) return null;
  const seconds = Math.ceil(bytesLeft / bytesPerSecond);
  if (seconds < 60) return `${Math.max(1, seconds)} s left`;
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes} min left` : `${countOf(Math.round(minutes / 60), 'hour', 'hours')} left`;
}

/** The whole percents that are here; 100 only when everything is. */
export const percentOf = (bytes: number, sizeBytes: number): number =>
  sizeBytes === 0 ? 100 : Math.floor((bytes * 100) / sizeBytes);

/** `45 %, 3.2 MB/s, 2 min left`. */
export function progressWords({ bytes, sizeBytes, bytesPerSecond }: FileNow): string {
  const speed = bytesPerSecond === null ? null : `${formatSize(Math.round(bytesPerSecond))}/s`;
  const left = timeLeftWords(sizeBytes - bytes, bytesPerSecond);
  return [`${percentOf(bytes, sizeBytes)} %`, speed, left].filter((word) => word !== null).join(', ');
}

/** How the file stands, in one sentence; changes with its state and not with each byte. */
export function stateWords(file: FileNow): string {
  if (file.mine) return ownWords(file);
  switch (file.state) {
    case 'offered':
      return 'Offered to you';
    case 'receiving':
      return file.sources === 0 ? 'Waiting for somebody who has it' : 'Downloading';
    case 'paused':
      return file.trouble ? sentenceOf(file.trouble) : 'Paused';
    case 'received':
      return 'Downloaded';
    default:
      return 'Not taken';
  }
}

/** How far an own file is at one of the others: `45 %, paused`. */
export function peerWords({ state, bytes }: FileNow['peers'][number], sizeBytes: number): string {
  if (state === 'declined') return 'does not want it';
  return `${percentOf(bytes, sizeBytes)} %${state === 'paused' ? ', paused' : ''}`;
}

function ownWords({ state, atHand, peers }: FileNow): string {
  if (state === 'withdrawn') return 'Not offered any more';
  if (!atHand) return 'Choose this file again to go on sending it';
  const got = peers.filter((peer) => peer.state === 'received').map(({ name }) => isolated(name));
  return got.length === 0 ? 'Offered to the room' : `Sent to ${got.join(', ')}`;
}
