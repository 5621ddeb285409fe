import { describe, expect, it } from 'vitest';
import { handPlaces } from './raised-hands.ts';

const down = { hand: false, handTurn: null };
const up = (handTurn: number | null) => ({ hand: true, handTurn });

describe('the places of raised hands', () => {
  it('go by who raised theirs first, one own among them', () => {
    const others = [
      { sess: 'ana', ...up(5) },
      { sess: 'ben', ...down },
      { sess: 'cleo', ...up(2) },
    ];
    expect([...handPlaces(up(3), others)]).toEqual([
      ['cleo', 1],
      ['self', 2],
      ['ana', 3],
    ]);
  });

  it('are the same for two who raised theirs at the same moment, and last for one that says no turn', () => {
    const others = [
      { sess: 'ana', ...up(null) },
      { sess: 'ben', ...up(1) },
      { sess: 'cleo', ...up(1) },
    ];
    expect([...handPlaces(down, others)]).toEqual([
      ['ben', 1],
      ['cleo', 1],
      ['ana', 3],
    ]);
  });

  it('are none while one hand alone is up', () => {
    expect(handPlaces(down, [{ sess: 'ana', ...up(1) }]).size).toBe(0);
  });
});
