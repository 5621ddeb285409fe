import { describe, expect, it } from 'vitest';
import { run } from '../../../bench/chaos/run.ts';

/** Figures by the beginning of their name. The run itself throws when something was lost. */
async function figures(part: string): Promise<(name: string) => number> {
  const rows = await run({ parts: [part], quick: true });
  return (name) => rows.find((row) => row.name.startsWith(name))?.value ?? Number.NaN;
}

describe('several nodes on one Redis, as processes', () => {
  it('lose nobody when one of them is killed: all are back, none twice, no ghosts (P6, S13)', async () => {
    const of = await figures('kill');
    expect(of('node killed with 40 clients')).toBeGreaterThan(0);
    expect(of('node killed: seats that were not resumed')).toBe(0);
    expect(of('node killed: ghosts')).toBe(0);
  }, 120_000);

  it('go on without Redis and are whole again when it is back (P6, S13)', async () => {
    const of = await figures('redis');
    expect(of('Redis away: signals handed on meanwhile')).toBeGreaterThan(0);
    expect(of('Redis away: connections lost')).toBe(0);
    expect(of('Redis away: seats lost')).toBe(0);
  }, 120_000);

  it('lose and double no acknowledged signal while they are replaced one by one (P7, S14)', async () => {
    const of = await figures('rolling');
    expect(of('rolling restart of three nodes')).toBeGreaterThan(100);
    expect(of('rolling restart: acknowledged and lost')).toBe(0);
    expect(of('rolling restart: acknowledged and doubled')).toBe(0);
    expect(of('rolling restart: seats lost')).toBe(0);
  }, 120_000);
});
