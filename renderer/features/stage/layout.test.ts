import { describe, expect, it } from 'vitest';
import { fitOf, layoutStage, type StageBox, type StageSpace, type StageTile } from './layout.ts';

const camera = (key: string): StageTile => ({ key, kind: 'camera', own: false });
const screen = (key: string): StageTile => ({ key, kind: 'screen', own: false });
const own: StageTile = { key: 'self', kind: 'camera', own: true };
const ownScreen: StageTile = { key: 'self/screen', kind: 'screen', own: true };
const others = (count: number) => Array.from({ length: count }, (_, index) => camera(`p${index}`));

const spaces: StageSpace[] = [
  { width: 576, height: 470, gap: 12 },
  { width: 900, height: 620, gap: 12 },
  { width: 2_000, height: 1_250, gap: 12 },
  { width: 320, height: 900, gap: 12 },
  { width: 1_600, height: 260, gap: 12 },
];
const casts: { name: string; tiles: StageTile[] }[] = [
  ...[0, 1, 2, 3, 4, 5, 6, 7].map((count) => ({ name: `own and ${count} others`, tiles: [...others(count), own] })),
  { name: 'a screen and seven cameras', tiles: [screen('s'), ...others(6), own] },
  { name: 'three screens', tiles: [screen('s1'), screen('s2'), screen('s3'), ...others(3), own] },
  { name: 'one screens oneself', tiles: [...others(3), ownScreen, own] },
];

const overlap = (a: StageBox, b: StageBox): boolean =>
  a.x + a.width > b.x + 0.6 && b.x + b.width > a.x + 0.6 && a.y + a.height > b.y + 0.6 && b.y + b.height > a.y + 0.6;
const areaOf = ({ width, height }: StageBox): number => width * height;

describe('layoutStage', () => {
  for (const { name, tiles } of casts) {
    for (const space of spaces) {
      it(`places every tile once and inside: ${name} in ${space.width}×${space.height}`, () => {
        const boxes = layoutStage(tiles, space);
        expect(boxes.map(({ key }) => key).sort()).toEqual(tiles.map(({ key }) => key).sort());
        for (const box of boxes) {
          expect(box.x).toBeGreaterThanOrEqual(-0.5);
          expect(box.y).toBeGreaterThanOrEqual(-0.5);
          expect(box.x + box.width).toBeLessThanOrEqual(space.width + 0.5);
          expect(box.y + box.height).toBeLessThanOrEqual(space.height + 0.5);
          expect(areaOf(box)).toBeGreaterThan(0);
        }
      });

      it(`covers nobody: ${name} in ${space.width}×${space.height}`, () => {
        const boxes = layoutStage(tiles, space);
        // Over one single other the own tile lies in a corner, by design.
        if (tiles.filter((tile) => !tile.own).length === 1) return;
        const pairs = boxes.flatMap((a, index) => boxes.slice(index + 1).map((b) => [a, b] as const));
        expect(pairs.filter(([a, b]) => overlap(a, b)).map(([a, b]) => `${a.key} over ${b.key}`)).toEqual([]);
      });
    }
  }

  it('gives the whole stage to whoever is alone', () => {
    const [box] = layoutStage([own], { width: 1_000, height: 562, gap: 12 });
    expect(box).toMatchObject({ role: 'grid', width: 1_000, height: 562 });
  });

  it('keeps the own tile small as soon as somebody else is there', () => {
    for (const space of spaces) {
      for (const count of [1, 2, 5, 7]) {
        const boxes = layoutStage([...others(count), own], space);
        const mine = boxes.find(({ key }) => key === 'self');
        const theirs = boxes.filter(({ key }) => key !== 'self');
        expect(mine?.role).toBe('own');
        for (const box of theirs) expect(areaOf(box)).toBeGreaterThan(mine ? areaOf(mine) * 0.9 : Infinity);
      }
    }
  });

  it('gives all others the same size', () => {
    const sizes = layoutStage([...others(7), own], { width: 900, height: 620, gap: 12 })
      .filter(({ role }) => role === 'grid')
      .map(({ width, height }) => `${width.toFixed(2)}×${height.toFixed(2)}`);
    expect(sizes).toHaveLength(7);
    expect(new Set(sizes).size).toBe(1);
  });

  it('gives a shared screen the big area and the cameras a strip', () => {
    const boxes = layoutStage([camera('p0'), screen('s'), camera('p1'), own], { width: 1_200, height: 700, gap: 12 });
    const big = boxes.find(({ key }) => key === 's');
    expect(big?.role).toBe('big');
    for (const box of boxes.filter(({ key }) => key !== 's')) {
      expect(box.role).toBe('strip');
      expect(areaOf(box)).toBeLessThan(big ? areaOf(big) / 4 : 0);
    }
  });

  it('shares the big area between several screens', () => {
    const big = layoutStage([screen('a'), screen('b'), camera('p'), own], {
      width: 1_600,
      height: 900,
      gap: 12,
    }).filter(({ role }) => role === 'big');
    expect(big.map(({ key }) => key)).toEqual(['a', 'b']);
    expect(big[0] && big[1] && Math.abs(areaOf(big[0]) - areaOf(big[1]))).toBeLessThan(1);
  });

  it('does not spend the big area on the own screen while others are there', () => {
    const boxes = layoutStage([camera('p'), ownScreen, own], { width: 1_200, height: 700, gap: 12 });
    expect(boxes.find(({ key }) => key === 'self/screen')?.role).toBe('own');
  });

  it('puts a pinned tile before a shared screen', () => {
    const boxes = layoutStage([screen('s'), camera('p'), own], { width: 1_200, height: 700, gap: 12 }, 'p');
    expect(boxes.filter(({ role }) => role === 'big').map(({ key }) => key)).toEqual(['p']);
  });

  it('forgets a pin whose tile is gone', () => {
    expect(layoutStage([camera('p'), own], { width: 800, height: 600, gap: 12 }, 'gone')[0]?.role).toBe('grid');
  });

  it('places nothing before the stage was measured', () => {
    expect(layoutStage([own], { width: 0, height: 0, gap: 12 })).toEqual([]);
  });
});

describe('fitOf', () => {
  it('fills a tile of nearly the same shape and shows everything else whole', () => {
    const box = { width: 153, height: 100 };
    expect(fitOf('camera', { width: 1_280, height: 720 }, box)).toBe('cover');
    expect(fitOf('camera', { width: 640, height: 480 }, box)).toBe('cover');
    expect(fitOf('camera', { width: 720, height: 1_280 }, box)).toBe('contain');
    expect(fitOf('camera', { width: 640, height: 480 }, { width: 190, height: 100 })).toBe('contain');
  });

  it('never cuts a screen, nor a picture whose shape is not known yet', () => {
    expect(fitOf('screen', { width: 1_280, height: 720 }, { width: 16, height: 9 })).toBe('contain');
    expect(fitOf('camera', null, { width: 16, height: 9 })).toBe('contain');
  });

  it('lets a usual camera fill every tile of the grid', () => {
    for (const space of spaces) {
      for (const count of [1, 2, 3, 4, 5, 6, 7]) {
        for (const box of layoutStage([...others(count), own], space)) {
          expect(fitOf('camera', { width: 1_280, height: 720 }, box)).toBe('cover');
        }
      }
    }
  });
});
