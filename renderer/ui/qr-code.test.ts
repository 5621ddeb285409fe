import { decodeQR } from 'qr/decode.js';
import { describe, expect, it } from 'vitest';
import { drawingOf } from './qr-code.tsx';

/** The drawing as a camera would see it, `scale` pixels a square. */
function pictureOf({ size, path }: { size: number; path: string }, scale = 6) {
  const width = size * scale;
  const data = new Uint8ClampedArray(width * width * 4).fill(255);
  for (const [, x, y] of path.matchAll(/M(\d+) (\d+)h1v1h-1z/g)) {
    for (let down = 0; down < scale; down++) {
      for (let right = 0; right < scale; right++) {
        const at = ((Number(y) * scale + down) * width + Number(x) * scale + right) * 4;
        data.fill(0, at, at + 3);
      }
    }
  }
  return { width, height: width, data };
}

describe('a QR code', () => {
  it('carries an invite unchanged, with a border around it', () => {
    const invite = `parley://join/parley.studio.example:7420#1.${'a'.repeat(43)}.${'B'.repeat(43)}.p`;
    const drawing = drawingOf(invite);
    expect(decodeQR(pictureOf(drawing))).toBe(invite);
    expect(drawing.path).not.toMatch(/M[0-3] /);
  });
});
