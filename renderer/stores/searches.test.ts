import type { Bridge } from '@parley/shared/bridge';
import type { Author, SearchPage } from '@parley/shared/model';
import { accept, type Outcome, refuse } from '@parley/shared/protocol';
import { describe, expect, it } from 'vitest';
import { fakeClock, settled } from '../testing/fake-clock.ts';
import { hitOf, talkAt } from '../testing/gallery/samples/chat.ts';
import { createAppStore } from './app-store.ts';
import { createSearches } from './searches.ts';

const hits = talkAt(1_700_000_000_000).map((item) => hitOf(item, 'e'));

/** Searches over a history whose answers the test gives. */
function opened() {
  const store = createAppStore();
  const clock = fakeClock();
  const asked: unknown[] = [];
  const answers: ((page: Outcome<SearchPage>) => void)[] = [];
  const bridge = {
    call: (_name: string, input: unknown) => {
      asked.push(input);
      return new Promise((resolve) => answers.push(resolve));
    },
    on: () => () => {},
  } as unknown as Bridge;
  const searches = createSearches(store, bridge, clock);
  const answer = async (count: number, next: number | null, total: number | null = null) => {
    const items = hits.slice(0, count);
    const page = { items, returned_count: count, total_count: total, has_more: next !== null, next_before: next };
    answers.shift()?.(accept(page));
    await settled();
  };
  return { searches, clock, asked, answers, answer, shown: () => store.getState().search };
}

describe('a search', () => {
  it('calls the authors of what it found as the conversation does, while it is open (H3)', async () => {
    const { searches, clock, answer, answers, shown } = opened();
    const [hit] = hits.filter(({ item }) => !item.mine);
    if (!hit) throw new Error('nobody else wrote');
    const { author: deviceId, authorName } = hit.item;
    searches.open();
    const person: Author = { author: deviceId, authorName, name: authorName, confirmed: false, mine: false };
    answers.shift()?.(accept({ authors: [person] }) as never);
    searches.search('e');
    clock.advance(1_000);
    await answer(hits.length, null);
    const names = () => [
      ...shown()
        .hits.filter(({ item }) => item.author === deviceId)
        .map(({ item }) => [item.name, item.confirmed]),
      ...shown().people.map(({ name, confirmed }) => [name, confirmed]),
    ];
    const all = names().length;
    expect(all).toBeGreaterThan(1);
    searches.named({ deviceId, name: 'Ana Lima', standing: 'verified' });
    expect(names()).toEqual(Array.from({ length: all }, () => ['Ana Lima', true]));
    searches.named({ deviceId, name: 'Ana Lima', standing: 'changed' });
    expect(names()).toEqual(Array.from({ length: all }, () => [authorName, false]));
    searches.close();
    searches.named({ deviceId, name: 'Ana Lima', standing: 'verified' });
    expect(shown().hits).toEqual([]);
  });

  it('asks once after a pause in typing, and shows the last query alone', async () => {
    const { searches, clock, asked, answers, answer, shown } = opened();
    searches.search('s');
    searches.search('sa');
    clock.advance(1_000);
    searches.search('sam');
    clock.advance(1_000);
    expect(asked).toEqual([
      { query: 'sa', limit: 30 },
      { query: 'sam', limit: 30 },
    ]);
    await answer(3, null, 3);
    expect(shown().hits).toEqual([]);
    await answer(2, null, 2);
    expect(shown()).toMatchObject({ at: 'done', total: 2, next: null });
    searches.search('other');
    clock.advance(1_000);
    answers.shift()?.(refuse('internal'));
    await settled();
    expect(shown().at).toBe('failed');
  });

  it('goes on by itself while the history has more to read and the list is not full', async () => {
    const { searches, clock, asked, answer, shown } = opened();
    searches.search('e');
    clock.advance(1_000);
    await answer(0, 900);
    expect(shown()).toMatchObject({ at: 'searching', total: null });
    await answer(1, 500);
    await answer(0, null);
    expect(asked).toEqual([
      { query: 'e', limit: 30 },
      { query: 'e', limit: 30, before: 900 },
      { query: 'e', limit: 29, before: 500 },
    ]);
    expect(shown()).toMatchObject({ at: 'done', total: 1, next: null });
    expect(shown().hits).toHaveLength(1);
  });

  it('asks anew with a filter', async () => {
    const { searches, clock, asked, answer, shown } = opened();
    searches.search('e');
    clock.advance(1_000);
    await answer(4, null, 4);
    const author = hits[0]?.item.author;
    if (!author) throw new Error('nobody was found');
    searches.filter({ author, kind: 'link', from: 5 });
    clock.advance(1_000);
    expect(asked.at(-1)).toEqual({ query: 'e', limit: 30, author, kind: 'link', from: 5 });
    await answer(1, null, 1);
    searches.close();
    expect(shown().filters).toEqual({ roomId: null, author: null, kind: null, from: null, until: null });
  });

  it('asks anew for the best, which are one page, and for the newest of all links', async () => {
    const { searches, clock, asked, answer, shown } = opened();
    searches.search('e');
    clock.advance(1_000);
    await answer(4, null, 4);
    searches.order('best');
    clock.advance(1_000);
    expect(asked.at(-1)).toEqual({ query: 'e', order: 'best', limit: 100 });
    await answer(3, null, 40);
    expect(shown()).toMatchObject({ at: 'done', total: 40, next: null });
    searches.search('');
    searches.filter({ kind: 'link' });
    clock.advance(1_000);
    expect(asked.at(-1)).toEqual({ query: '', limit: 30, kind: 'link' });
    await answer(2, null);
    expect(shown()).toMatchObject({ total: 2 });
  });

  it('finds all links without a word', async () => {
    const { searches, clock, asked, answer, shown } = opened();
    searches.search(' ');
    searches.filter({ kind: 'link' });
    clock.advance(1_000);
    expect(asked).toEqual([{ query: '', limit: 30, kind: 'link' }]);
    await answer(2, null, 2);
    expect(shown().hits).toHaveLength(2);
    searches.filter({ kind: null });
    expect(shown()).toMatchObject({ at: 'idle', hits: [] });
  });

  it('offers every author of all rooms, or of the chosen one, whatever was found', async () => {
    const { searches, asked, answers, shown } = opened();
    const [ana, ben] = ['Ana', 'Ben'].map((name) => ({ ...hits[0]?.item, name })) as [Author, Author];
    const tell = async (authors: Author[]) => {
      answers.pop()?.(accept({ authors }) as never);
      await settled();
    };
    searches.open();
    expect(asked).toEqual([{ roomId: null }]);
    await tell([ana, ben]);
    expect(shown().people).toEqual([ana, ben]);
    searches.filter({ author: ana.author });
    const roomId = hits[0]?.item.roomId ?? null;
    searches.filter({ roomId });
    expect(asked.at(-1)).toEqual({ roomId });
    expect(shown().filters).toMatchObject({ roomId, author: null });
    await tell([ben]);
    expect(shown().people).toEqual([ben]);
    searches.close();
  });
});
