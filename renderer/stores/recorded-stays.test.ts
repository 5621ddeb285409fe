import { LIMITS } from '@parley/shared/protocol';
import { expect, it } from 'vitest';
import { RecordedStays } from './recorded-stays.ts';

const ana = { key: 'a', name: 'Ana' };
const ben = { key: 'b', name: 'Ben' };

it('notes who was there from when to when, and who came back', () => {
  const stays = new RecordedStays();
  expect(stays.now([ana], 0)).toBe(true);
  expect(stays.now([ana], 500)).toBe(false);
  stays.now([ana, ben], 1_000);
  stays.now([ben], 2_000);
  stays.now([ben, ana], 3_000.4);
  expect(stays.all).toEqual([
    { name: 'Ana', fromMs: 0, toMs: 2_000 },
    { name: 'Ben', fromMs: 1_000, toMs: null },
    { name: 'Ana', fromMs: 3_000, toMs: null },
  ]);
});

it('notes a new name as a stay of its own', () => {
  const stays = new RecordedStays();
  stays.now([ana], 0);
  expect(stays.now([{ ...ana, name: 'Ana R.' }], 900)).toBe(true);
  expect(stays.all.map(({ name, toMs }) => [name, toMs])).toEqual([
    ['Ana', 900],
    ['Ana R.', null],
  ]);
});

it('grows no further than the notes may', () => {
  const stays = new RecordedStays();
  for (let at = 0; at < 2 * LIMITS.recordedStaysMax; at++) {
    stays.now([ana], at);
    stays.now([], at);
  }
  expect(stays.all).toHaveLength(LIMITS.recordedStaysMax);
});
