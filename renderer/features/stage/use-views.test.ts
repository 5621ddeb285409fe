import { expect, it } from 'vitest';
import { viewsOf } from './use-views.ts';

it('others are told the size of their tiles by steps, each picture of theirs by itself', () => {
  const boxes = [
    { key: 'ana.dev/camera', width: 320.4, height: 180 },
    { key: 'ana.dev/screen', width: 900, height: 600 },
    { key: 'ben/camera', width: 160, height: 90 },
    { key: 'self/camera', width: 160, height: 90 },
  ];
  expect([...viewsOf(boxes, 1.5)]).toEqual([
    ['ana.dev', { camera: { width: 480, height: 270 }, screen: { width: 1_920, height: 1_080 } }],
    ['ben', { camera: { width: 240, height: 135 }, screen: { width: 0, height: 0 } }],
  ]);
});
