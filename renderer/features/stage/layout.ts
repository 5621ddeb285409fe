/**
 * Where every tile of a call stands. Pure: sizes in, boxes out, all in CSS pixels.
 *
 * - Screens that are shared, or the one pinned tile, get the big area; all others stand in a strip beside or
 *   below it, whichever leaves the big area larger.
 * - Without any, the others share a grid of equal tiles and the own tile is small: in the corner over the
 *   picture when there is one other (the corner of a picture is where faces are not), in a free cell or in a
 *   margin of its own when there are more, so that it never covers anybody.
 * - Alone, the own tile has the stage.
 */
export type StageTile = { key: string; kind: 'camera' | 'screen'; own: boolean };
export type StageBox = {
  key: string;
  x: number;
  y: number;
  width: number;
  height: number;
  role: 'big' | 'grid' | 'strip' | 'own';
};
export type StageSpace = { width: number; height: number; gap: number };

/**
 * The shapes a tile may take. At the narrow end a 16:9 picture still fills its tile (`fitOf`), so that cameras of
 * the usual kind never stand between bars.
 */
const NARROWEST = 1.53;
const WIDEST = 1.9;
const SCREEN_RATIO = 16 / 9;

type Size = { width: number; height: number };
type Area = Size & { x: number; y: number };

/** The largest size inside `area` whose ratio lies between the two. */
function within(area: Size, narrowest: number, widest: number): Size {
  const ratio = area.width / Math.max(1, area.height);
  if (ratio < narrowest) return { width: area.width, height: area.width / narrowest };
  if (ratio > widest) return { width: area.height * widest, height: area.height };
  return { width: area.width, height: area.height };
}

type Grid = { boxes: Area[]; tile: Size };

/** `count` equal tiles as large as the area allows; a last row that is not full is centred. */
function gridOf(count: number, area: Area, gap: number, ratios: readonly [number, number]): Grid {
  let best: { columns: number; rows: number; tile: Size } | null = null;
  for (let columns = 1; columns <= count; columns += 1) {
    const rows = Math.ceil(count / columns);
    const cell = {
      width: Math.max(1, (area.width - gap * (columns - 1)) / columns),
      height: Math.max(1, (area.height - gap * (rows - 1)) / rows),
    };
    const tile = within(cell, ...ratios);
    if (!best || tile.width * tile.height > best.tile.width * best.tile.height + 0.5) best = { columns, rows, tile };
  }
  if (!best) return { boxes: [], tile: { width: 0, height: 0 } };
  const { columns, rows, tile } = best;
  const top = area.y + (area.height - rows * tile.height - (rows - 1) * gap) / 2;
  const boxes = Array.from({ length: count }, (_, index) => {
    const row = Math.floor(index / columns);
    const inRow = row === rows - 1 ? count - row * columns : columns;
    const left = area.x + (area.width - inRow * tile.width - (inRow - 1) * gap) / 2;
    return {
      x: left + (index - row * columns) * (tile.width + gap),
      y: top + row * (tile.height + gap),
      width: tile.width,
      height: tile.height,
    };
  });
  return { boxes, tile };
}

const apart = (a: Area, b: Area): boolean =>
  a.x + a.width <= b.x + 0.5 ||
  b.x + b.width <= a.x + 0.5 ||
  a.y + a.height <= b.y + 0.5 ||
  b.y + b.height <= a.y + 0.5;

const placed = (tiles: readonly StageTile[], boxes: readonly Area[], role: StageBox['role']): StageBox[] =>
  tiles.flatMap((tile, index) => {
    const box = boxes[index];
    return box ? [{ key: tile.key, ...box, role }] : [];
  });

/** The own tile's size when it is small: a fifth of the stage's width, kept between thumb and nuisance. */
const smallOf = (space: Size): Size => {
  const width = Math.min(Math.max(Math.min(space.width * 0.2, space.height * 0.36), 120), 320);
  return { width, height: (width * 9) / 16 };
};

function withBig(big: readonly StageTile[], rest: readonly StageTile[], area: Area, gap: number): StageBox[] {
  const ratios = [NARROWEST, WIDEST] as const;
  if (rest.length === 0) return placed(big, gridOf(big.length, area, gap, ratios).boxes, 'big');

  const thumbAt = (across: number, along: number, wide: boolean): Size => {
    // One line of thumbs; they shrink before they leave the stage.
    const most = (along - gap * (rest.length - 1)) / rest.length;
    return wide
      ? { width: Math.min(across, most * SCREEN_RATIO), height: Math.min(across / SCREEN_RATIO, most) }
      : { width: Math.min(across * SCREEN_RATIO, most), height: Math.min(across, most / SCREEN_RATIO) };
  };

  const side = thumbAt(Math.min(Math.max(area.width * 0.19, 120), 300), area.height, true);
  const below = thumbAt(Math.min(Math.max(area.height * 0.2, 72), 190), area.width, false);
  const bigBeside = gridOf(big.length, { ...area, width: area.width - side.width - gap }, gap, ratios);
  const bigAbove = gridOf(big.length, { ...area, height: area.height - below.height - gap }, gap, ratios);
  const beside = bigBeside.tile.width * bigBeside.tile.height >= bigAbove.tile.width * bigAbove.tile.height;

  const thumbs = rest.map((_, index): Area => {
    if (beside) {
      const height = rest.length * side.height + (rest.length - 1) * gap;
      return {
        x: area.x + area.width - side.width,
        y: area.y + (area.height - height) / 2 + index * (side.height + gap),
        ...side,
      };
    }
    const width = rest.length * below.width + (rest.length - 1) * gap;
    return {
      x: area.x + (area.width - width) / 2 + index * (below.width + gap),
      y: area.y + area.height - below.height,
      ...below,
    };
  });
  return [...placed(big, (beside ? bigBeside : bigAbove).boxes, 'big'), ...placed(rest, thumbs, 'strip')];
}

/** Lays out `tiles` in `space`. The answer holds one box per tile; `pinned` is the key of one tile or null. */
export function layoutStage(tiles: readonly StageTile[], space: StageSpace, pinned: string | null = null): StageBox[] {
  const { gap } = space;
  const area: Area = { x: 0, y: 0, width: Math.max(0, space.width), height: Math.max(0, space.height) };
  if (tiles.length === 0 || area.width < 1 || area.height < 1) return [];

  const pin = tiles.find((tile) => tile.key === pinned);
  // One's own screen is not worth the big area while somebody else is there: one sees it already.
  const othersHere = tiles.some((tile) => !tile.own);
  const screens = tiles.filter((tile) => tile.kind === 'screen' && !(tile.own && othersHere));
  const big = pin ? [pin] : screens;
  if (big.length > 0)
    return withBig(
      big,
      tiles.filter((tile) => !big.includes(tile)),
      area,
      gap,
    );

  const own = tiles.filter((tile) => tile.own);
  const others = tiles.filter((tile) => !tile.own);
  if (others.length === 0) return placed(own, gridOf(own.length, area, gap, [NARROWEST, WIDEST]).boxes, 'grid');
  if (own.length === 0) return placed(others, gridOf(others.length, area, gap, [NARROWEST, WIDEST]).boxes, 'grid');

  const small = smallOf(area);
  const inset = others.length === 1 ? gap * 2 : 0;
  const whole = gridOf(others.length, area, gap, [NARROWEST, WIDEST]);
  // With one other the own tile lies in the corner of that picture, not of the stage, so that it looks attached.
  const frame = others.length === 1 ? (whole.boxes[0] ?? area) : area;
  const ownArea = (frameOf: Area): Area[] =>
    own.map((_, index) => ({
      x: frameOf.x + frameOf.width - small.width - inset - index * (small.width + gap),
      y: frameOf.y + frameOf.height - small.height - inset,
      ...small,
    }));
  const corner = ownArea(frame);
  if (others.length === 1) return [...placed(others, whole.boxes, 'grid'), ...placed(own, corner, 'own')];
  if (whole.boxes.every((box) => corner.every((mine) => apart(box, mine)))) {
    return [...placed(others, whole.boxes, 'grid'), ...placed(own, corner, 'own')];
  }
  const besideWidth = area.width - own.length * (small.width + gap);
  const beside = gridOf(others.length, { ...area, width: besideWidth }, gap, [NARROWEST, WIDEST]);
  const above = gridOf(others.length, { ...area, height: area.height - small.height - gap }, gap, [NARROWEST, WIDEST]);
  const grid = beside.tile.width * beside.tile.height >= above.tile.width * above.tile.height ? beside : above;
  return [...placed(others, grid.boxes, 'grid'), ...placed(own, ownArea(area), 'own')];
}

/**
 * How a picture fills its tile. `cover` cuts the edges off, so it is used only where at most a seventh of the
 * picture is lost and no face near an edge goes with it; everything else, and every screen, is shown whole.
 */
export function fitOf(kind: StageTile['kind'], picture: Size | null, box: Size): 'cover' | 'contain' {
  if (kind === 'screen' || !picture || picture.width < 1 || picture.height < 1 || box.height < 1) return 'contain';
  const shown = picture.width / picture.height / (box.width / box.height);
  return 1 - Math.min(shown, 1 / shown) <= 1 / 7 ? 'cover' : 'contain';
}
