import type { HistoryItem } from '@parley/shared/model';
import { describe, expect, it } from 'vitest';
import { livelyAt } from '../testing/gallery/samples/chat.ts';
import { asCopied, asForwarded } from './quoting.ts';

const [sample] = livelyAt(1_800_000_000_000);
if (!sample) throw new Error('the sample has no messages');
const item = (name: string, text: string, deleted = false): HistoryItem => ({ ...sample, name, text, deleted });
const ana = item('Ana', 'Ask @Ben#b1b1b1b1\nabout it');
const ben = item('Ben', 'Why?');
const gone = item('Eve', '', true);

describe('messages that are taken elsewhere', () => {
  it('are copied by their words, several under their authors', () => {
    expect(asCopied([ana])).toBe('Ask @Ben\nabout it');
    expect(asCopied([ana, gone])).toBe('Ask @Ben\nabout it');
    expect(asCopied([ana, ben])).toBe('Ana:\nAsk @Ben\nabout it\n\nBen:\nWhy?');
  });

  it('are forwarded as quotes that mention nobody', () => {
    expect(asForwarded([ana, gone, ben])).toBe('Ana:\n> Ask @Ben\n> about it\n\nBen:\n> Why?');
  });
});
