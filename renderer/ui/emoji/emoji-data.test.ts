import { Emoji } from '@parley/shared/model';
import { beforeAll, describe, expect, it } from 'vitest';
import { type EmojiData, emojiOfCode, entryOf, findEmoji, inTone, loadEmoji } from './emoji-data.ts';

let data: EmojiData;
beforeAll(async () => {
  data = await loadEmoji();
});
const found = (query: string, max = 6) => findEmoji(data, query, max).map(({ emoji }) => emoji);

describe('the emoji of the picker', () => {
  it('are all taken as a reaction, in every tone', () => {
    const every = data.all.flatMap(({ emoji, tones }) => [emoji, ...tones]);
    expect(every.length).toBeGreaterThan(3_000);
    expect(every.filter((emoji) => !Emoji.safeParse(emoji).success)).toEqual([]);
  });

  it('stand once each, and have a name, a code of plain letters and five tones or none', () => {
    expect(new Set(data.all.map(({ emoji }) => emoji)).size).toBe(data.all.length);
    expect(data.all.filter(({ name, codes }) => name === '' || !/^[a-z0-9_+-]+$/.test(codes[0] ?? ''))).toEqual([]);
    expect(data.all.filter(({ tones }) => ![0, 5].includes(tones.length)).map(({ name }) => name)).toEqual([]);
  });

  it('are found by code, name and other words, the nearest first', () => {
    expect(found('smile')[0]).toBe('😄');
    expect(found('+1')).toEqual(['👍']);
    expect(found('thumbs up')[0]).toBe('👍');
    expect(found('heart', 60)).toContain('❤️');
    expect(found('Käse')).toEqual([]);
    expect(found('cheese', 20)).toContain('🧀');
    expect(found('zzzz')).toEqual([]);
    expect(found('  ')).toEqual([]);
  });

  it('are known by their code and in the tone of the person', () => {
    const wave = emojiOfCode(data, 'WAVE');
    expect(wave && [inTone(wave, 0), inTone(wave, 5)]).toEqual(['👋', '👋🏿']);
    const smile = emojiOfCode(data, 'smile');
    expect(smile && inTone(smile, 3)).toBe('😄');
    expect(entryOf(data, '👋🏿')?.name).toBe('waving hand');
  });
});
