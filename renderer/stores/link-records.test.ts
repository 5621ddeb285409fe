import { describe, expect, it } from 'vitest';
import { readingOf } from '../mesh/testing/readings.ts';
import { type LinkRecords, READINGS_KEPT, withReading } from './link-records.ts';

const at = (atMs: number) => ({ atMs, reading: readingOf() });

describe('the record of the links of a call', () => {
  it('keeps the newest readings, and no more than fit (C7)', () => {
    let records: LinkRecords = {};
    for (let atMs = 0; atMs < READINGS_KEPT + 30; atMs++)
      records = withReading(records, 'ana', at(atMs), new Set(['ana']));
    expect(records.ana).toHaveLength(READINGS_KEPT);
    expect([records.ana?.[0]?.atMs, records.ana?.at(-1)?.atMs]).toEqual([30, READINGS_KEPT + 29]);
  });

  it('drops the readings of people who are gone, and of nobody else', () => {
    const records: LinkRecords = { ana: [at(1)], ben: [at(1)], cem: [at(1)] };
    expect(Object.keys(withReading(records, 'ana', at(2), new Set(['ana', 'cem'])))).toEqual(['ana', 'cem']);
  });
});
