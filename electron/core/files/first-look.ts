import type { FileItem, FileOffer } from '@parley/shared/model';
import { lookAt } from './file-kinds.ts';
import { safeFileName } from './file-names.ts';
import { VOICE_FILE_NAME } from './voice-files.ts';

/** The harmless name and the kind of a file that is not here yet. */
export function firstLook({
  name,
  voice,
}: Pick<FileOffer, 'name' | 'voice'>): Pick<FileItem, 'shownName' | 'kind' | 'risk'> {
  if (voice) return { shownName: VOICE_FILE_NAME, kind: 'sound', risk: 'none' };
  const { kind, risk } = lookAt(name, null);
  return { shownName: safeFileName(name), kind, risk };
}
