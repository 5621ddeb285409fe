import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ChatText } from './chat-message.ts';
import { splitText } from './split-text.ts';

const texts = (text: string, max: number) => splitText(text, max).map((part) => part.text);

describe('a text that is too long for one message (V4)', () => {
  it('is cut between paragraphs, lines or words, whichever comes first in that order', () => {
    expect(texts('one two\n\nthree\nfour', 14)).toEqual(['one two', 'three\nfour']);
    expect(texts('one two\nthree four', 12)).toEqual(['one two', 'three four']);
    expect(texts('one two three', 9)).toEqual(['one two', 'three']);
  });

  it('leaves no part half empty for the sake of a paragraph', () => {
    expect(texts('a\n\nbbbb cccc dddd', 10)).toEqual(['a\n\nbbbb', 'cccc dddd']);
  });

  it('keeps together what people see as one character', () => {
    expect(texts('aaa👩‍👩‍👧bbb', 5)).toEqual(['aaa', '👩‍👩‍👧', 'bbb']);
    expect(texts('👩‍👩‍👧‍👦', 3).join('')).toBe('👩‍👩‍👧‍👦');
  });

  it('is one part where it fits, and none where there is nothing to see', () => {
    expect(splitText('  hello \n')).toEqual([{ text: 'hello', from: 2 }]);
    expect(splitText(' \n ')).toEqual([]);
  });

  it('loses nothing but blanks, and makes messages of every part', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 400 }), fc.integer({ min: 1, max: 40 }), (text, max) => {
        const parts = splitText(text, max);
        const whole = text.normalize('NFC');
        expect(
          parts
            .map((part) => part.text)
            .join('')
            .replace(/\s/gu, ''),
        ).toBe(whole.replace(/\s/gu, ''));
        for (const part of parts) {
          expect([...part.text].length).toBeLessThanOrEqual(max);
          expect(whole.slice(part.from).startsWith(part.text)).toBe(true);
          if (!part.text.includes('\u0000')) expect(ChatText.parse(part.text)).toBe(part.text);
        }
      }),
    );
  });
});
