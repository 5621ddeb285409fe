import { type FileHandle, open } from 'node:fs/promises';
import { asFileError } from '../file-errors.ts';
import { element, ID, text } from './ebml.ts';
import { WebmReader } from './webm-reader.ts';

const READ_BYTES = 1_048_576;

/** Writes all of `bytes`; Node may write less than it was given. */
async function writeAll(handle: FileHandle, bytes: Buffer, at: number): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    written += (await handle.write(bytes, written, bytes.length - written, at + written)).bytesWritten;
  }
}

/** The file of a recording that runs. What was appended is on the disk when `append` resolves. */
export class PartOfRecording {
  readonly #handle: FileHandle;
  readonly #reader = new WebmReader();

  private constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  /** Opens the empty file at `path`. Throws `disk-read-only`. */
  static async open(path: string): Promise<PartOfRecording> {
    try {
      return new PartOfRecording(await open(path, 'r+'));
    } catch (error) {
      throw asFileError(error);
    }
  }

  get sizeBytes(): number {
    return this.#reader.keptBytes;
  }

  /** Appends the next bytes of the recording. Throws `recording-failed`, `disk-full` or `disk-read-only`. */
  async append(bytes: Uint8Array): Promise<void> {
    const at = this.#reader.keptBytes;
    const kept = this.#reader.take(bytes);
    if (kept.length === 0) return;
    try {
      await writeAll(this.#handle, kept, at);
      await this.#handle.datasync();
    } catch (error) {
      throw asFileError(error);
    }
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}

/** A name and a text that go into the file. */
export type RecordingTag = { name: string; text: string };

/**
 * Makes a recording whole, wherever it was cut off: takes away what is torn at its end, and writes its length, an index to jump by and the
 * tags. Answers its size, or null where there is nothing to see or hear in it. Throws `recording-failed` for a file that is no recording,
 * `disk-full` or `disk-read-only`; what can be played of it can be played still.
 */
export async function finishPart(path: string, tags: readonly RecordingTag[]): Promise<number | null> {
  try {
    const handle = await open(path, 'r+');
    try {
      const reader = new WebmReader();
      const buffer = Buffer.allocUnsafe(READ_BYTES);
      for (let at = 0; ; ) {
        const { bytesRead } = await handle.read(buffer, 0, READ_BYTES, at);
        if (bytesRead === 0 || !takes(reader, buffer.subarray(0, bytesRead))) break;
        at += bytesRead;
      }
      if (reader.isEmpty) return null;
      await handle.truncate(reader.keptBytes);
      const { end, patches } = reader.finish(tagsElement(tags));
      await writeAll(handle, end, reader.keptBytes);
      // First what lies behind: a file whose index points to nothing would be worse than one without any.
      await handle.datasync();
      for (const { at, bytes } of patches) await writeAll(handle, bytes, at);
      await handle.sync();
      return reader.keptBytes + end.length;
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw asFileError(error);
  }
}

/** Whether these bytes belong to the recording. A power cut can leave others at its end: what stands before them counts. */
function takes(reader: WebmReader, bytes: Buffer): boolean {
  try {
    reader.take(bytes);
    return true;
  } catch (error) {
    if (reader.isEmpty) throw error;
    return false;
  }
}

const tagsElement = (tags: readonly RecordingTag[]): Buffer =>
  element(
    ID.tags,
    element(
      ID.tag,
      element(ID.targets),
      ...tags.map((tag) => element(ID.simpleTag, text(ID.tagName, tag.name), text(ID.tagString, tag.text))),
    ),
  );
