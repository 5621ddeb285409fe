import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isolated, RecordingNote } from '@parley/shared/model';
import { fromBase64Url, type RecordingId } from '@parley/shared/protocol';
import { writeFileAtomically } from '../atomic-file.ts';
import { asFileError } from '../file-errors.ts';
import type { RecordingTag } from './part-of-recording.ts';

/** The notes of recordings that are not finished, one small file each in the profile. */
export class RecordingNotes {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Stores a note; durable when it returns. Throws `disk-full` or `disk-read-only`. */
  put(note: RecordingNote): void {
    try {
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    } catch (error) {
      throw asFileError(error);
    }
    writeFileAtomically(this.#path(note.recordingId), JSON.stringify(note));
  }

  remove(recordingId: RecordingId): void {
    try {
      rmSync(this.#path(recordingId), { force: true });
    } catch (error) {
      throw asFileError(error);
    }
  }

  /** What earlier runs of the app left. What cannot be read is left aside. */
  left(): RecordingNote[] {
    if (!existsSync(this.#folder)) return [];
    return readdirSync(this.#folder)
      .filter((name) => name.endsWith('.json'))
      .flatMap((name) => readNote(join(this.#folder, name)) ?? []);
  }

  #path(recordingId: RecordingId): string {
    const bytes = fromBase64Url(recordingId) ?? new Uint8Array();
    return join(this.#folder, `${Buffer.from(bytes).toString('hex')}.json`);
  }
}

function readNote(path: string): RecordingNote | undefined {
  try {
    const parsed = RecordingNote.safeParse(JSON.parse(readFileSync(path, 'utf8')));
    return parsed.success ? parsed.data : undefined;
  } catch {
    // Not JSON: the recording stays where it is, as a part.
    return undefined;
  }
}

const atOf = (ms: number): string => {
  const seconds = Math.floor(ms / 1_000);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${Math.floor(seconds / 3_600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
};

/** The words that go into the file: of which call it is, and who was told that it is recorded, from when to when. */
export function tagsOf({ room, by, startedAt, stays }: RecordingNote): RecordingTag[] {
  const told = stays.map(
    ({ name, fromMs, toMs }) => `${name} (${atOf(fromMs)} to ${toMs === null ? 'the end' : atOf(toMs)})`,
  );
  return [
    { name: 'TITLE', text: `Call in ${room}` },
    { name: 'DATE_RECORDED', text: new Date(startedAt).toISOString() },
    { name: 'ENCODER', text: 'Parley' },
    {
      name: 'COMMENT',
      text: `Recorded by ${by}. These people were in the call and were told that it is recorded: ${told.join(', ') || 'nobody else'}.`,
    },
    { name: 'PARLEY_CONSENT', text: JSON.stringify({ by, startedAt, stays }) },
  ];
}

/** Tells the person of a recording that was kept although they did not stop it. */
export const keptWords = (what: 'page-gone' | 'crash', room: string, name: string): string =>
  `The recording of ${isolated(room)} was kept although ${what === 'crash' ? 'Parley ended' : 'its window closed'}. It is called ${isolated(name)}.`;
