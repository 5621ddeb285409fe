import { constants } from 'node:fs';
import { type FileHandle, lstat, open } from 'node:fs/promises';
import { join } from 'node:path';

/** An export has its files in a folder beside it. */
const SEGMENTS_MAX = 4;
const SEGMENT_MAX_CHARS = 255;

/**
 * One name inside a folder on every system: no way up, no drive, no stream, and neither dots at its beginning nor dots and blanks at its
 * end, which Windows drops. An export writes no other names.
 */
const isInside = (segment: string): boolean =>
  segment.length <= SEGMENT_MAX_CHARS && /^[^./\\:\0][^/\\:\0]*$/.test(segment) && !/[. ]$/.test(segment);

/**
 * Opens a file that lies below `folder`, by a path with slashes that somebody else may have written; null where there is none. Nothing
 * outside is opened: links are not followed, and what is no plain file is left alone. Close it.
 */
export async function openBeside(folder: string, path: string): Promise<FileHandle | null> {
  const segments = path.split('/');
  if (segments.length > SEGMENTS_MAX || !segments.every(isInside)) return null;
  try {
    let at = folder;
    for (const [index, segment] of segments.entries()) {
      at = join(at, segment);
      const found = await lstat(at);
      if (index === segments.length - 1 ? !found.isFile() : !found.isDirectory()) return null;
    }
    // What was put there since: a link is not followed, and a pipe not waited for. Windows knows neither sign.
    const handle = await open(at, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
    if ((await handle.stat()).isFile()) return handle;
    await handle.close();
    return null;
  } catch {
    // Not there, or not to be read.
    return null;
  }
}
