import { describe, expect, it } from 'vitest';
import { cellsOf, readCells } from './counter-code.ts';

const shades = (cells: number[], dark = 16, light = 235) => cells.map((cell) => (cell === 1 ? light : dark));

describe('counter code', () => {
  it('reads back every participant and counter that it writes', () => {
    for (let who = 0; who < 16; who++) {
      for (const counter of [0, 1, 239, 2_048, 4_095]) {
        expect(readCells(shades(cellsOf({ who, counter })))).toEqual({ who, counter });
      }
    }
  });

  it('reads a picture of weak contrast', () => {
    expect(readCells(shades(cellsOf({ who: 3, counter: 77 }), 60, 150))).toEqual({ who: 3, counter: 77 });
  });

  it('answers nothing for a picture without the row', () => {
    expect(readCells(Array.from({ length: 20 }, () => 128))).toBeUndefined();
    expect(readCells([])).toBeUndefined();
  });

  it('answers nothing where one block is wrong or grey', () => {
    const right = shades(cellsOf({ who: 5, counter: 1_234 }));
    for (let cell = 2; cell < right.length; cell++) {
      expect(readCells(right.map((level, i) => (i === cell ? 251 - level : level)))).toBeUndefined();
      expect(readCells(right.map((level, i) => (i === cell ? 125 : level)))).toBeUndefined();
    }
  });
});
