import { describe, expect, it } from 'vitest';
import { scoreOf } from './search-score.ts';

/** The texts from the best to the worst. */
const ranked = (terms: string[], texts: string[]) =>
  [...texts].sort((left, right) => scoreOf(right, terms) - scoreOf(left, terms));

describe('how well a text answers a search (H3)', () => {
  it.each<[string, string[], string[]]>([
    [
      'a whole word before a beginning, before another part',
      ['tea'],
      ['the tea is hot', 'the teapot is', 'a steady hand'],
    ],
    ['words one after the other before words apart', ['red', 'wine'], ['some red wine', 'red roses and wine']],
    ['two occurrences before one', ['tea'], ['tea and more tea', 'tea and no coffee']],
    ['a short text before a long one', ['tea'], ['tea', `tea ${'and so on '.repeat(60)}`]],
    ['a whole word in a long text before a part in a short one', ['tea'], [`tea ${'and so on '.repeat(200)}`, 'steam']],
  ])('%s', (_, terms, best) => {
    expect(ranked(terms, best.toReversed())).toEqual(best);
  });
});
