import type { HistoryItem, Voice } from '@parley/shared/model';
import { LIMITS, type MessageId } from '@parley/shared/protocol';
import type { AppState, FileNow } from '../../../stores/state.ts';
import { itemOf } from './chat.ts';
import { fileOf } from './files.ts';
import { design } from './rooms.ts';

/** The loudness of somebody who speaks in sentences. */
const voiceOf = (durationMs: number, seed: number): Voice => ({
  durationMs,
  levels: Array.from({ length: LIMITS.voiceLevels }, (_, at) => {
    const sentence = Math.abs(Math.sin((at + seed) / 7));
    return Math.round(LIMITS.voiceLevelMax * sentence * (0.45 + 0.55 * Math.abs(Math.sin((at + 1) * (seed + 2.3)))));
  }),
});

const MB = 1_000_000;
const named = (id: string, durationMs: number, nowMs: number, more: Partial<FileNow>): FileNow => ({
  ...fileOf(id, nowMs),
  ...{ name: 'Voice message', shownName: 'Voice message.webm', kind: 'sound', sizeBytes: Math.round(durationMs * 3.5) },
  voice: voiceOf(durationMs, id.length),
  ...more,
});

function voicesAt(nowMs: number): FileNow[] {
  return [
    named('played', 65_400, nowMs, { state: 'received', held: true, atHand: true }),
    named('own', 8_200, nowMs, { mine: true, state: 'shared', held: true, atHand: true }),
    named('loading', 610_000, nowMs, { state: 'receiving', sizeBytes: 2 * MB, bytes: 0.9 * MB, sources: 1 }),
    named('nobody', 27_000, nowMs, { state: 'receiving' }),
    named('large message', 870_000, nowMs, { state: 'offered' }),
    named('no sound at all', 3_000, nowMs, { state: 'declined', trouble: 'voice-invalid' }),
  ];
}

/** Voice messages in every state, with one that was recorded and not sent. */
export function voicesIn(nowMs: number): Pick<AppState, 'files' | 'playing' | 'voiceSpeed'> & { items: HistoryItem[] } {
  const files = voicesAt(nowMs);
  const items = files.map((file, index): HistoryItem => {
    const { salt, name, sizeBytes, root, mine, fileId, voice } = file;
    const line = itemOf([mine ? 'You' : 'Ana Moreira', files.length - index, name], 200 + index, nowMs);
    const offer = { salt, name, folders: [], sizeBytes, root, voice };
    return { ...line, id: fileId as string as MessageId, content: { kind: 'file', file: offer } }; // both are 16 bytes
  });
  const [first] = files;
  if (!first) throw new Error('there are no samples');
  return {
    items,
    files: { [design]: [...files, named('kept', 19_000, nowMs, { mine: true, state: 'recorded', held: true })] },
    playing: { fileId: first.fileId, at: 'playing', positionMs: 24_000 },
    voiceSpeed: 1.5,
  };
}
