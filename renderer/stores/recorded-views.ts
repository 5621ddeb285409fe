import { PICTURE_SIZE } from '../media/recording/call-mixer.ts';
import { layoutPicture, type PictureTile } from '../media/recording/picture-layout.ts';
import type { View } from '../mesh/video-limits.ts';

/** The sizes at which the others are to send: as large as the screen or the recording shows them. A hidden picture is not asked for. */
export function withRecorded(
  views: ReadonlyMap<string, View>,
  tiles: readonly (PictureTile & { hidden?: boolean })[],
): ReadonlyMap<string, View> {
  const wanted = new Map(views);
  const none = { width: 0, height: 0 };
  const hidden = new Set(tiles.flatMap((tile) => (tile.hidden ? [tile.key] : [])));
  for (const { key, width, height } of layoutPicture(tiles, PICTURE_SIZE)) {
    if (hidden.has(key)) continue;
    const [sess, kind] = key.split('/');
    if (!sess || sess === 'self' || (kind !== 'camera' && kind !== 'screen')) continue;
    const view = wanted.get(sess) ?? { camera: none, screen: none };
    const size = {
      width: Math.max(view[kind].width, Math.round(width)),
      height: Math.max(view[kind].height, Math.round(height)),
    };
    wanted.set(sess, { ...view, [kind]: size });
  }
  return wanted;
}
