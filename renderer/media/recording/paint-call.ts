import type { Picture, Size } from './capture-ports.ts';
import { layoutPicture, type PictureBox } from './picture-layout.ts';

/** Somebody's camera or screen in a recorded picture; `track` is null where there is nothing to see of them. */
export type CallTile = { key: string; name: string; kind: 'camera' | 'screen'; track: MediaStreamTrack | null };

const BEHIND = '#0f1312';
const TILE = '#1d2422';
const LETTER = '#dfe8e4';
const FONT = '"Inter Variable", Inter, system-ui, sans-serif';

/** Draws a call: a tile for everybody, with their name. */
export function paintCall(
  context: OffscreenCanvasRenderingContext2D,
  size: Size,
  tiles: readonly CallTile[],
  pictureOf: (tile: CallTile) => Picture | null,
): void {
  context.fillStyle = BEHIND;
  context.fillRect(0, 0, size.width, size.height);
  const boxes = new Map(layoutPicture(tiles, size).map((box) => [box.key, box]));
  for (const tile of tiles) {
    const box = boxes.get(tile.key);
    if (!box) continue;
    context.save();
    context.beginPath();
    context.roundRect(box.x, box.y, box.width, box.height, 10);
    context.clip();
    context.fillStyle = TILE;
    context.fillRect(box.x, box.y, box.width, box.height);
    const picture = pictureOf(tile);
    if (picture) paintPicture(context, picture, box, tile.kind);
    else paintLetter(context, tile.name, box);
    paintName(context, tile.kind === 'screen' ? `${tile.name} · screen` : tile.name, box);
    context.restore();
  }
}

/** A camera fills its tile where little of it is lost; a screen, and a camera held upright, is shown whole. */
function paintPicture(
  context: OffscreenCanvasRenderingContext2D,
  { image, width, height }: Picture,
  box: PictureBox,
  kind: CallTile['kind'],
): void {
  const whole = Math.min(box.width / width, box.height / height);
  const filled = Math.max(box.width / width, box.height / height);
  const scale = kind === 'camera' && whole / filled >= 6 / 7 ? filled : whole;
  const [w, h] = [width * scale, height * scale];
  context.drawImage(image, box.x + (box.width - w) / 2, box.y + (box.height - h) / 2, w, h);
}

function paintLetter(context: OffscreenCanvasRenderingContext2D, name: string, box: PictureBox): void {
  const radius = Math.min(box.width, box.height) * 0.2;
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  context.fillStyle = '#33403c';
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fill();
  context.fillStyle = LETTER;
  context.font = `600 ${Math.round(radius)}px ${FONT}`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillText(([...name.trim()][0] ?? '·').toLocaleUpperCase(), x, y);
}

function paintName(context: OffscreenCanvasRenderingContext2D, name: string, box: PictureBox): void {
  const height = Math.round(Math.min(22, Math.max(12, box.height * 0.06)));
  const pad = Math.round(height * 0.5);
  context.font = `550 ${height}px ${FONT}`;
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  const most = box.width - 4 * pad;
  const width = Math.min(most, context.measureText(name).width);
  const [x, y] = [box.x + pad, box.y + box.height - pad - 1.6 * height];
  context.fillStyle = 'rgb(0 0 0 / 60%)';
  context.beginPath();
  context.roundRect(x, y, width + 2 * pad, 1.6 * height, height * 0.8);
  context.fill();
  context.fillStyle = '#fff';
  // A longer name is drawn narrower, and whole.
  context.fillText(name, x + pad, y + 0.85 * height, most);
}
