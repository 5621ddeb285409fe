import type { Person } from '@parley/shared/model';
import { describe, expect, it } from 'vitest';
import { deviceIdOf } from '../../testing/gallery/samples/ids.ts';
import { loadEmoji } from '../../ui/emoji/emoji-data.ts';
import { begunEmoji, begunMention, emojiCompletions, emojiFor, endedEmoji, mentionCompletions } from './completions.ts';

describe('a begun emoji', () => {
  it.each([
    [':sm', { from: 0, to: 3, query: 'sm' }],
    ['well :thumbs_up', { from: 5, to: 15, query: 'thumbs_up' }],
    ['(:+1', { from: 1, to: 4, query: '+1' }],
    [':s', null],
    ['at 10:30', null],
    ['https://x', null],
    [':smile:', null],
    [': smile', null],
  ])('of %j is %j', (text, begun) => {
    expect(begunEmoji(text, text.length)).toEqual(begun);
  });

  it('ends at the caret', () => {
    expect(begunEmoji(':smi and more', 4)).toEqual({ from: 0, to: 4, query: 'smi' });
  });

  it('is whole with its second colon', () => {
    expect(endedEmoji('so :smile:', 10)).toEqual({ from: 3, to: 10, query: 'smile' });
    expect(endedEmoji('10:30:', 6)).toBeNull();
  });

  it('is offered by its codes, in the tone of the person', async () => {
    const data = await loadEmoji();
    expect(emojiCompletions(data, 'smil', 0)[0]).toMatchObject({ sign: '😄', name: ':smile:', text: '😄 ' });
    expect(emojiCompletions(data, 'wave', 4)[0]?.sign).toBe('👋🏾');
    expect([emojiFor(data, 'tada', 0), emojiFor(data, 'nosuch', 0)]).toEqual(['🎉', null]);
  });
});

describe('a begun mention', () => {
  const person = (name: string, id = name): Person => ({ name, device: deviceIdOf(id) });
  const people = [person('Ana Moreira'), person('Benedikt'), person('benedikt', 'another'), person('Đorđe')];
  const offered = (query: string) => mentionCompletions(people, query).map(({ text }) => text);

  it.each([
    ['@', ''],
    ['so @An', 'An'],
    ['(@Ana Mor', 'Ana Mor'],
    ['ana@example', null],
    ['@ x', null],
    ['@Ana\nthen', null],
  ])('of %j is %j', (text, query) => {
    expect(begunMention(text, text.length)?.query ?? null).toBe(query);
  });

  it('offers people by each word of their names, whatever case and marks', () => {
    expect([offered('mor'), offered('dor'), offered('x')]).toEqual([['@Ana Moreira '], ['@Đorđe '], []]);
    expect(offered('')).toHaveLength(4);
  });

  it('tells apart two people of one name by the text itself', () => {
    const [one, two] = offered('bene');
    expect([one, two]).toEqual([
      expect.stringMatching(/^@Benedikt#[0-9a-f]{8} $/),
      expect.stringMatching(/^@benedikt#[0-9a-f]{8} $/),
    ]);
  });
});
