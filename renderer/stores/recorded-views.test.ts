import { expect, it } from 'vitest';
import { withRecorded } from './recorded-views.ts';

const none = { width: 0, height: 0 };
const tiles = [
  { key: 'self/camera', kind: 'camera' as const },
  { key: 'ben/camera', kind: 'camera' as const },
];

it('asks for pictures as large as the recording shows them, where the screen shows less or nothing', () => {
  const hidden = withRecorded(new Map(), tiles).get('ben');
  expect(hidden?.camera.width).toBeGreaterThan(600);
  expect(hidden?.screen).toEqual(none);
  const small = withRecorded(new Map([['ben', { camera: { width: 160, height: 90 }, screen: none }]]), tiles);
  expect(small.get('ben')).toEqual(hidden);
});

it('asks for no less than the screen shows, and for nothing of oneself', () => {
  const large = { camera: { width: 2_560, height: 1_440 }, screen: none };
  const views = withRecorded(new Map([['ben', large]]), tiles);
  expect(views.get('ben')).toEqual(large);
  expect([...views.keys()]).toEqual(['ben']);
});

it('asks for a shared screen as well', () => {
  const views = withRecorded(new Map(), [...tiles, { key: 'ben/screen', kind: 'screen' }]);
  expect(views.get('ben')?.screen.width).toBeGreaterThan(1_000);
  expect(views.get('ben')?.camera.width).toBeLessThan(300);
});

it('asks for no picture that is hidden here', () => {
  const hidden = tiles.map((tile) => ({ ...tile, hidden: tile.key === 'ben/camera' }));
  expect(withRecorded(new Map(), hidden).size).toBe(0);
});
