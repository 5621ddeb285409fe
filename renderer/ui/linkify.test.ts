import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { linkify } from './linkify.ts';

const linksIn = (text: string) => linkify(text).flatMap((part) => (part.kind === 'link' ? [part.url] : []));

describe('linkify', () => {
  it('finds https and mailto links inside a sentence', () => {
    expect(linkify('See https://example.org/a?b=1#c or mailto:ana@example.org, please')).toEqual([
      { kind: 'text', text: 'See ' },
      { kind: 'link', text: 'https://example.org/a?b=1#c', url: 'https://example.org/a?b=1#c' },
      { kind: 'text', text: ' or ' },
      { kind: 'link', text: 'mailto:ana@example.org', url: 'mailto:ana@example.org' },
      { kind: 'text', text: ', please' },
    ]);
  });

  it.each([
    'http://example.org',
    'javascript:alert(1)',
    'file:///etc/passwd',
    'data:text/html,hi',
    'parley://join/x',
    'https://user:secret@example.org/',
    'https://nodots/',
    'https://',
    'mailto:',
    `https://example.org/${'a'.repeat(2_100)}`,
    '<img src=x onerror=alert(1)>',
  ])('leaves %s as text', (text) => {
    expect(linkify(text)).toEqual([{ kind: 'text', text }]);
  });

  it.each([
    ['Go to https://example.org.', 'https://example.org/'],
    ['(https://example.org/page)', 'https://example.org/page'],
    ['https://example.org/wiki/Bee_(insect)', 'https://example.org/wiki/Bee_(insect)'],
    ['Really? https://example.org/x?!', 'https://example.org/x'],
    ['“https://example.org/a”'.replace('”', '"'), 'https://example.org/a'],
  ])('takes the sentence’s own punctuation off: %s', (text, url) => {
    expect(linksIn(text)).toEqual([url]);
  });

  it.each([
    ['https://example.org/a(b))', 'https://example.org/a(b)'],
    ['https://example.org/[a{b}]}', 'https://example.org/[a{b}]'],
    ['https://example.org/(a).)', 'https://example.org/(a)'],
    ['https://example.org/)a(', 'https://example.org/)a('],
  ])('ends %s after the last bracket that it opened', (text, shown) => {
    expect(linkify(text)[0]).toMatchObject({ kind: 'link', text: shown });
  });

  it('reads a tail of many brackets once, not once for each of them', () => {
    let characters = 0;
    const { split, slice } = String.prototype;
    const spies = [
      vi.spyOn(String.prototype, 'split').mockImplementation(function (this: string, ...args) {
        characters += this.length;
        return split.apply(this, args);
      }),
      vi.spyOn(String.prototype, 'slice').mockImplementation(function (this: string, ...args) {
        characters += this.length;
        return slice.apply(this, args);
      }),
    ];
    const text = `https://a.example/${')'.repeat(580)}`;
    const [link] = linkify(text);
    for (const spy of spies) spy.mockRestore();
    expect(link).toMatchObject({ kind: 'link', text: 'https://a.example/' });
    expect(characters).toBeLessThan(10 * text.length);
  });

  it('ends a link at a character that would turn the writing around', () => {
    expect(linksIn('https://example.org/\u202Egpj.exe')).toEqual(['https://example.org/']);
  });

  it('loses nothing of any message', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 12 }),
      fc.constantFrom('https://', 'mailto:', 'a@b.example', '.', ')', '(', ' ', 'https://x.example/'),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const text = pieces.join('');
        expect(
          linkify(text)
            .map((part) => part.text)
            .join(''),
        ).toBe(text);
      }),
    );
  });

  it('answers at once for long runs of punctuation', () => {
    const parts = linkify(`https://example.org/${'.'.repeat(1_000)}`);
    expect(parts[0]).toMatchObject({ kind: 'link', url: 'https://example.org/' });
  });
});
