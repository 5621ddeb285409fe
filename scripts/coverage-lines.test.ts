import { describe, expect, it } from 'vitest';
import { coverageLines } from './coverage-lines.mjs';

describe('the lines about coverage', () => {
  it('add up the files of each folder', () => {
    const lines = (total: number, covered: number) => ({ lines: { total, covered } });
    const summary = {
      total: lines(40, 20),
      '/p/shared/model/a.ts': lines(10, 10),
      '/p/signaling-server/src/b.ts': lines(10, 5),
      '/p/signaling-server/src/rooms/c.ts': lines(10, 5),
      '/p/signaling-server/admin/d.tsx': lines(10, 0),
    };
    expect(coverageLines(summary, '/p')).toEqual([
      '  shared                  100.0 % of 10 lines',
      '  signaling-server/admin    0.0 % of 10 lines',
      '  signaling-server/src     50.0 % of 20 lines',
    ]);
  });
});
