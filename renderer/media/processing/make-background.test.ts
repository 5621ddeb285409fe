import { describe, expect, it } from 'vitest';
import { partThatFills } from './fill-box.ts';
import { isPicture } from './make-background.ts';

const bytes = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

describe('a picture of their own behind a person (C10)', () => {
  it('is a PNG, JPEG or WebP by what is in it', () => {
    for (const head of ['\x89PNG\r\n\x1a\n0000', '\xff\xd8\xff\xe0', 'RIFF0000WEBP']) {
      expect(isPicture(bytes(head))).toBe(true);
    }
    for (const head of ['', 'GIF89a', '<svg xmlns=', 'RIFF0000WAVE', 'RIFF', '\xff\xd8', '%PDF-1.7']) {
      expect(isPicture(bytes(head))).toBe(false);
    }
  });

  it('fills what is behind them, around its middle', () => {
    const box = { width: 1_280, height: 720 };
    expect(partThatFills({ width: 640, height: 360 }, box)).toEqual({ x: 0, y: 0, width: 640, height: 360 });
    expect(partThatFills({ width: 1_000, height: 360 }, box)).toEqual({ x: 180, y: 0, width: 640, height: 360 });
    expect(partThatFills({ width: 640, height: 1_000 }, box)).toEqual({ x: 0, y: 320, width: 640, height: 360 });
  });
});
