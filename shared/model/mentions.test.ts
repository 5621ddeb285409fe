import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DeviceId, toBase64Url } from '../protocol/index.ts';
import {
  mentionCode,
  mentionsDevice,
  type Person,
  readMentions,
  toWrite,
  withCodes,
  withoutCodes,
} from './mentions.ts';

const deviceOf = (first: number) => toBase64Url(new Uint8Array(32).fill(first)) as DeviceId;
const person = (name: string, first: number): Person => ({ name, device: deviceOf(first) });
const ana = person('Ana', 0xa1);
const anaMaria = person('Ana Maria', 0xa2);
const ben = person('Ben', 0xb1);
const otherBen = person('ben', 0xb2);
const people = [ana, anaMaria, ben, otherBen];

describe('a mention', () => {
  it('is the name with the code of the device', () => {
    expect(mentionCode(ana.device)).toBe('a1a1a1a1');
    expect(readMentions('so @Ana Maria#a2a2a2a2, yes')).toEqual([
      { start: 3, end: 22, name: 'Ana Maria', code: 'a2a2a2a2' },
    ]);
  });

  it.each([
    'mail ana@example.org#a1a1a1a1',
    '@Ana',
    '@#a1a1a1a1',
    '@Ana #a1a1a1a1x',
    '@ Ana#a1a1a1a1',
    '@Ana#a1a1a1',
    '@Ana\nMaria#a1a1a1a1',
    `@${'a'.repeat(300)}#a1a1a1a1`,
  ])('is not found in %j', (text) => {
    expect(readMentions(text)).toEqual([]);
  });

  it('is made of the longest name that stands there, of people who are the only ones of it', () => {
    expect(withCodes('@Ana Maria, @Ana and @Ben: @Anabel? x@Ana', people)).toBe(
      '@Ana Maria#a2a2a2a2, @Ana#a1a1a1a1 and @Ben: @Anabel? x@Ana',
    );
  });

  it('is not made twice', () => {
    const once = withCodes('@Ana Maria!', people);
    expect(withCodes(once, people)).toBe(once);
  });

  it('tells apart two people of one name, whatever its case', () => {
    const text = `@Ben#${mentionCode(ben.device)} or @ben#${mentionCode(otherBen.device)}?`;
    expect([
      mentionsDevice(text, ben.device),
      mentionsDevice(text, otherBen.device),
      mentionsDevice(text, ana.device),
    ]).toEqual([true, true, false]);
    expect(toWrite(text, people)).toBe(text);
  });

  it('is read without its code, and written without it where the name finds it again', () => {
    expect(withoutCodes('@Ana#a1a1a1a1, @Ana#ffffffff')).toBe('@Ana, @Ana');
    expect(toWrite('@Ana#a1a1a1a1, @Old name#a2a2a2a2', people)).toBe('@Ana, @Old name#a2a2a2a2');
  });

  it('comes back as it was through writing and sending', () => {
    const piece = fc.constantFrom('@Ana', '@Ana Maria', '@Ben', '@ben#b2b2b2b2', ' ', 'x', '@', '#', '\n', ', ');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        const sent = withCodes(pieces.join(''), people);
        expect(withCodes(toWrite(sent, people), people)).toBe(sent);
      }),
    );
  });

  it('is looked for in bounded time', () => {
    const startedAt = performance.now();
    for (const text of ['@'.repeat(4_000), '@a '.repeat(1_333), '@a#'.repeat(1_333), `@${'a'.repeat(3_999)}`]) {
      readMentions(text);
      withCodes(text, people);
    }
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });
});
