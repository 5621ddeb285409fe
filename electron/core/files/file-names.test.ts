import { describe, expect, it } from 'vitest';
import { endingOf, nameAttempt, safeFileName } from './file-names.ts';
import { HOSTILE_NAMES } from './testing/hostile-names.ts';

describe('the name of a received file (V5)', () => {
  it('is one harmless segment for each of two hundred hostile names', () => {
    expect(new Set(HOSTILE_NAMES).size).toBeGreaterThan(200);
    for (const offered of HOSTILE_NAMES) {
      const name = safeFileName(offered);
      const told = JSON.stringify([offered, name]);
      expect(name, told).not.toBe('');
      expect(name, told).not.toMatch(/[/\\:*?"<>|{}]/);
      expect(name, told).not.toMatch(/[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/u);
      expect(name, told).not.toMatch(/[\u2044\u2215\u2216\uff0f\uff3c]/);
      expect(name, told).not.toMatch(/^[.\s~-]|[.\s]$|\s{2}/u);
      expect(name.isWellFormed(), told).toBe(true);
      expect(new TextEncoder().encode(name).length, told).toBeLessThanOrEqual(201);
      expect(name.split('.')[0], told).not.toMatch(
        /^\s*(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$|clock\$)\s*$/i,
      );
      expect(name.toLowerCase(), told).not.toMatch(/^(desktop\.ini|autorun\.inf|thumbs\.db)$/);
      // What is safe stays what it is.
      expect(safeFileName(name), told).toBe(name);
    }
  });

  it('keeps the ending that a system goes by, however well it was hidden', () => {
    for (const offered of HOSTILE_NAMES) {
      const shown = offered.replace(/[\s.]+$/u, '');
      if (shown.endsWith('.exe')) expect(endingOf(safeFileName(offered)), offered).toBe('.exe');
    }
    expect(safeFileName('photo\u202egpj.exe')).toBe('photogpj.exe');
    expect(safeFileName(`photo.jpg${' '.repeat(200)}.exe`)).toBe('photo.jpg .exe');
  });

  it('keeps harmless names of all scripts as they are', () => {
    for (const name of [
      'Holiday plans (final).pdf',
      'Straße nach Ölten.txt',
      '会议：纪要.docx',
      'تقرير.pdf',
      'नमस्ते.txt',
      '👩‍👩‍👧 family.jpg',
      'archive.tar.gz',
      'a+b=c & more, [x] #1.csv',
      'console.log',
      'comical.txt',
    ]) {
      expect(safeFileName(name)).toBe(name.normalize('NFC'));
    }
  });

  it('cuts a long name before its ending and between characters', () => {
    expect(safeFileName(`${'漢'.repeat(250)}.txt`)).toBe(`${'漢'.repeat(65)}.txt`);
    expect(safeFileName(`${'a'.repeat(251)}.exe`)).toBe(`${'a'.repeat(196)}.exe`);
  });

  it('numbers further files of a name before the ending', () => {
    expect([1, 2, 3].map((attempt) => nameAttempt('a.txt', attempt))).toEqual(['a.txt', 'a (2).txt', 'a (3).txt']);
    expect(nameAttempt('README', 2)).toBe('README (2)');
  });
});
