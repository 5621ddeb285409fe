import { describe, expect, it } from 'vitest';
import { layoutPicture, type PictureBox, type PictureTile } from './picture-layout.ts';

const SIZE = { width: 1_280, height: 720 };
const cameras = (count: number): PictureTile[] =>
  Array.from({ length: count }, (_, index) => ({ key: `${index}/camera`, kind: 'camera' }));
const screen: PictureTile = { key: 'a/screen', kind: 'screen' };

const areaOf = ({ width, height }: PictureBox) => width * height;
const isInside = ({ x, y, width, height }: PictureBox) =>
  x >= 0 && y >= 0 && x + width <= SIZE.width + 0.01 && y + height <= SIZE.height + 0.01;
const overlap = (a: PictureBox, b: PictureBox) =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

describe('the layout of a recorded picture', () => {
  it.each([1, 2, 3, 4, 5, 8])('gives %i people equal tiles that cover nobody', (count) => {
    const boxes = layoutPicture(cameras(count), SIZE);
    expect(boxes).toHaveLength(count);
    expect(boxes.every(isInside)).toBe(true);
    expect(new Set(boxes.map(areaOf)).size).toBe(1);
    expect(boxes.some((a) => boxes.some((b) => a !== b && overlap(a, b)))).toBe(false);
  });

  it('lets one person have the whole picture', () => {
    const [box] = layoutPicture(cameras(1), SIZE);
    expect(box?.height).toBeGreaterThan(690);
  });

  it.each([1, 8])('shows a screen large, with %i people in a strip beside it', (count) => {
    const boxes = layoutPicture([...cameras(count), screen], SIZE);
    const [large] = boxes.filter(({ key }) => key === screen.key);
    expect(boxes).toHaveLength(count + 1);
    expect(boxes.every(isInside)).toBe(true);
    expect(boxes.some((a) => boxes.some((b) => a !== b && overlap(a, b)))).toBe(false);
    expect(large?.width).toBeGreaterThan(1_000);
  });

  it('shows nothing where nobody is', () => {
    expect(layoutPicture([], SIZE)).toEqual([]);
  });
});
