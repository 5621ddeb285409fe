/** A tile of the recorded picture: somebody's camera, or a screen that is shared. */
export type PictureTile = { key: string; kind: 'camera' | 'screen' };
export type PictureBox = { key: string; x: number; y: number; width: number; height: number };
type Area = Omit<PictureBox, 'key'>;

const GAP = 8;
/** A tile is as wide as most cameras are. */
const RATIO = 16 / 9;
/** The part of the width that people take beside a screen. */
const STRIP = 0.2;

/** The largest equal tiles in an area; a last row that is not full is centred. */
function grid(tiles: readonly PictureTile[], area: Area): PictureBox[] {
  let best = { columns: 1, width: 0, height: 0 };
  for (let columns = 1; columns <= tiles.length; columns++) {
    const rows = Math.ceil(tiles.length / columns);
    const height = Math.min(
      (area.height - GAP * (rows - 1)) / rows,
      (area.width - GAP * (columns - 1)) / columns / RATIO,
    );
    if (height > best.height) best = { columns, width: height * RATIO, height };
  }
  const { columns, width, height } = best;
  const rows = Math.ceil(tiles.length / columns);
  const top = area.y + (area.height - rows * height - (rows - 1) * GAP) / 2;
  return tiles.map(({ key }, index) => {
    const row = Math.floor(index / columns);
    const inRow = row === rows - 1 ? tiles.length - row * columns : columns;
    const left = area.x + (area.width - inRow * width - (inRow - 1) * GAP) / 2;
    return { key, x: left + (index - row * columns) * (width + GAP), y: top + row * (height + GAP), width, height };
  });
}

/**
 * Where every tile stands in a recorded picture of this size, in pixels: equal tiles, one's own among them, or shared screens large with the
 * people in a strip beside them. Unlike the stage it hides nobody, whatever the one who records chose to see.
 */
export function layoutPicture(tiles: readonly PictureTile[], size: { width: number; height: number }): PictureBox[] {
  const whole: Area = { x: GAP, y: GAP, width: size.width - 2 * GAP, height: size.height - 2 * GAP };
  const screens = tiles.filter(({ kind }) => kind === 'screen');
  const people = tiles.filter(({ kind }) => kind === 'camera');
  if (tiles.length === 0) return [];
  if (screens.length === 0 || people.length === 0) return grid(tiles, whole);
  const strip = Math.round(whole.width * STRIP);
  const large = { ...whole, width: whole.width - strip - GAP };
  return [
    ...grid(screens, large),
    // One line of people: they become smaller before they need a second one.
    ...grid(people, { ...whole, x: whole.x + whole.width - strip, width: strip }),
  ];
}
