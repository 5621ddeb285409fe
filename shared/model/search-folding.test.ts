import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fold, foldText, matchesIn } from './search-folding.ts';

describe('folding for search', () => {
  it.each([
    ['accents', 'Café', 'cafe'],
    ['accents written apart', 'Cafe\u0301', 'cafe'],
    ['sharp s', 'Straße', 'strasse'],
    ['capital sharp s', 'STRAẞE', 'strasse'],
    ['dotted and dotless i', 'İstanbul ılık', 'istanbul ilik'],
    ['every sigma', 'ΟΔΟΣ, ὀδός', 'οδοσ, οδοσ'],
    ['ligatures and strokes', 'ﬁne Søren, Łódź, Æther', 'fine soren, lodz, aether'],
    ['full width', 'ＯＫ', 'ok'],
    ['half-width kana with its voice mark', 'ｶﾞ', 'ガ'],
    ['the points of Hebrew', 'שָׁלוֹם', 'שלום'],
    ['the vowel signs of Arabic', 'مُحَمَّد', 'محمد'],
    ['joiners, soft hyphens and variants', 'a\u00ADb\u200Dc ❤\uFE0F', 'abc ❤'],
    ['white space of any kind', 'a\u00A0\n b', 'a b'],
    ['typographic quotes and dashes', '“don’t” – no', '"don\'t" - no'],
  ])('does away with %s', (_, text, folded) => {
    expect(foldText(text)).toBe(folded);
  });

  it.each([
    ['kana of another sound', 'が', 'か'],
    ['vowels of Indic scripts', 'कि', 'क'],
    ['other letters', 'cat', 'cut'],
  ])('tells %s apart', (_, left, right) => {
    expect(foldText(left)).not.toBe(foldText(right));
  });

  it('marks whole characters of the original', () => {
    const marked = (text: string, ...terms: string[]) =>
      matchesIn(text, terms.map(foldText)).map(([start, end]) => text.slice(start, end));
    expect(marked('Die Straße am Cafe\u0301', 'strasse', 'CAFÉ')).toEqual(['Straße', 'Cafe\u0301']);
    expect(marked('Straße', 's')).toEqual(['S', 'ß']);
    expect(marked('🍌 banana 🍌', '🍌')).toEqual(['🍌', '🍌']);
    expect(marked('nothing', 'x', '')).toEqual([]);
  });
});

describe('any text', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.string({ unit: 'grapheme', maxLength: 40 }),
    fc.string({
      unit: fc.constantFrom(
        'ß',
        'İ',
        'ς',
        'e\u0301',
        'ﬁ',
        ' ',
        '\n',
        'a',
        'S',
        '\u200D',
        '한',
        'が',
        '🍍',
        '\u0301',
        '\uD800',
      ),
      maxLength: 30,
    }),
  );

  it('folds to the same with its positions as without, and in order', () => {
    fc.assert(
      fc.property(text, (original) => {
        const { text: folded, starts, ends } = fold(original);
        expect(folded).toBe(foldText(original));
        expect([starts.length, ends.length]).toEqual([folded.length, folded.length]);
        for (let i = 0; i < folded.length; i++) {
          expect(starts[i]).toBeLessThan(ends[i] ?? 0);
          expect(starts[i]).toBeGreaterThanOrEqual(starts[i - 1] ?? 0);
          expect(ends[i]).toBeLessThanOrEqual(original.length);
        }
      }),
      { seed: 20_261, numRuns: 2_000 },
    );
  });

  it('holds at each mark what was looked for, and nowhere else', () => {
    fc.assert(
      fc.property(text, fc.nat(60), fc.integer({ min: 1, max: 6 }), (original, at, size) => {
        const folded = foldText(original);
        const term = folded.slice(at % (folded.length + 1)).slice(0, size);
        fc.pre(term !== '');
        const matches = matchesIn(original, [term]);
        expect(matches.length).toBeGreaterThan(0);
        let rest = '';
        let from = 0;
        for (const [start, end] of matches) {
          expect(foldText(original.toWellFormed().slice(start, end))).toContain(term);
          rest += `${original.slice(from, start)}\u0000`;
          from = end;
        }
        rest += original.slice(from);
        for (const part of rest.split('\u0000'))
          if (!original.includes('\u0000')) expect(foldText(part)).not.toContain(term);
      }),
      { seed: 20_262, numRuns: 2_000 },
    );
  });
});
