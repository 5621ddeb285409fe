import { LIMITS } from '@parley/shared/protocol';
import { partThatFills } from './fill-box.ts';
import { contextOf } from './person-finder.ts';

/** As most cameras see, and as large as a picture of one is sent at most. */
const SIZE = { width: 1_280, height: 720 };
/** The second is for pictures of which the first is too large. */
const QUALITIES = [0.85, 0.6] as const;
const HEAD_BYTES = 12;

const textOf = (bytes: Uint8Array): string => String.fromCharCode(...bytes);

/** Whether a file that begins so is a PNG, JPEG or WebP. Its name and its type are what somebody says of it. */
export const isPicture = (head: Uint8Array): boolean =>
  textOf(head.subarray(0, 8)) === '\x89PNG\r\n\x1a\n' ||
  textOf(head.subarray(0, 3)) === '\xff\xd8\xff' ||
  (textOf(head.subarray(0, 4)) === 'RIFF' && textOf(head.subarray(8, 12)) === 'WEBP');

/** Makes a JPEG to stand behind a person out of a picture. Null where the file is none that can be one. */
export async function makeBackground(file: Blob): Promise<Blob | null> {
  if (file.size > LIMITS.backgroundChosenMaxBytes) return null;
  if (!isPicture(new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer()))) return null;
  const picture = await createImageBitmap(file).catch(() => null);
  if (!picture) return null;
  const canvas = new OffscreenCanvas(SIZE.width, SIZE.height);
  const context = contextOf(canvas);
  // Below what is transparent in it.
  context.fillStyle = '#ffffff';
  context.fillRect(0, 0, SIZE.width, SIZE.height);
  context.imageSmoothingQuality = 'high';
  const { x, y, width, height } = partThatFills(picture, SIZE);
  context.drawImage(picture, x, y, width, height, 0, 0, SIZE.width, SIZE.height);
  picture.close();
  for (const quality of QUALITIES) {
    const made = await canvas.convertToBlob({ type: 'image/jpeg', quality });
    if (made.size <= LIMITS.backgroundMaxBytes) return made;
  }
  return null;
}
