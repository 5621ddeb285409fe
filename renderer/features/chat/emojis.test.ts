import { describe, expect, it } from 'vitest';
import { entryOf, loadEmoji } from '../../ui/emoji/emoji-data.ts';
import { PALETTE } from './emojis.ts';

describe('the quick emoji', () => {
  it('are written as in the picker, so that one emoji is one reaction', async () => {
    const data = await loadEmoji();
    expect(PALETTE.filter(([emoji]) => entryOf(data, emoji) === undefined)).toEqual([]);
  });
});
