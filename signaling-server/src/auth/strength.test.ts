import { expect, it } from 'vitest';
import { strengthOf } from './strength.ts';

it.each([
  'password123',
  'Parley2026',
  'correct horse battery staple',
  'Correct-Horse-Battery-Staple',
  'correcthorsebatterystaple',
])('takes %s for one that is guessed (S11)', (known) => {
  expect(strengthOf(known)).toBeLessThan(3);
});

it('takes words that nobody has put together before for strong (S11)', () => {
  expect(strengthOf('violet anchor gravel sundial moth')).toBe(4);
});
