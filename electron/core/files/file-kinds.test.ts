import { describe, expect, it } from 'vitest';
import { lookAt } from './file-kinds.ts';
import { DANGEROUS_FILES, HARMLESS_FILES } from './testing/kinds.ts';

describe('the kind of a file and its risk', () => {
  it('is never harmless for sixty dangerous kinds, by their name or by their bytes', () => {
    expect(DANGEROUS_FILES.length).toBeGreaterThanOrEqual(60);
    for (const [name, head] of DANGEROUS_FILES) expect([name, lookAt(name, head).risk]).toEqual([name, 'dangerous']);
  });

  it('is dangerous where the bytes are those of another kind than the name says', () => {
    const programs = DANGEROUS_FILES.filter(([, head]) => head.length > 2);
    for (const [, head] of programs) {
      for (const name of ['photo.jpg', 'song.mp3', 'letter.pdf', 'notes.txt', 'photo']) {
        const { risk, pictureType } = lookAt(name, head);
        expect([name, String.fromCharCode(...head.slice(0, 8)), risk]).not.toContain('none');
        expect(pictureType).toBeNull();
      }
    }
    expect(lookAt('photo.jpg', HARMLESS_FILES['a.png'] ?? null).risk).toBe('dangerous');
  });

  it('is none for harmless kinds whose bytes agree with their name', () => {
    for (const [name, head] of Object.entries(HARMLESS_FILES))
      expect([name, lookAt(name, head).risk]).toEqual([name, 'none']);
  });

  it('is unknown for what is in no list, and for archives', () => {
    for (const name of ['data.xyz', 'noending', 'a.zip', 'a.7z', 'mystery.', 'a.unknown-ending']) {
      expect([name, lookAt(name, new Uint8Array([1, 0, 2])).risk]).toEqual([name, 'unknown']);
    }
  });

  it('lets a page show pictures alone, by their bytes', () => {
    expect(lookAt('a.png', HARMLESS_FILES['a.png'] ?? null)).toEqual({
      kind: 'picture',
      risk: 'none',
      pictureType: 'image/png',
    });
    expect(lookAt('a.png', null).pictureType).toBeNull();
    expect(
      lookAt('a.svg', new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg"/>')).pictureType,
    ).toBeNull();
  });
});
