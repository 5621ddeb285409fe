import { expect, it } from 'vitest';
import { DOCUMENTS, stored } from './documents.ts';

it.each(Object.entries(DOCUMENTS))(
  '%s is up to date: node scripts/run.mjs scripts/documents.ts',
  async (name, make) => {
    expect(await stored(name)).toBe(await make());
  },
);
