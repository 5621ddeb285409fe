// @vitest-environment happy-dom
import type { MessageKey } from '@parley/shared/model';
import { useEffect, useRef } from 'react';
import { expect, it } from 'vitest';
import { mountEach } from '../../testing/mounted.ts';
import type { Virtualizer } from '../../ui/virtual.ts';
import { type ListScroll, useListScroll } from './use-list-scroll.ts';

const mounted = mountEach();

/** A list of rows by name, over a virtualizer that only says what it was told. */
function openList() {
  const told: string[] = [];
  const virtualizer = {
    scrollToIndex: (index: number, { align }: { align: string }) => told.push(`${index} ${align}`),
    scrollToOffset: (offset: number) => told.push(`offset ${offset}`),
    scrollToEnd: () => told.push('end'),
    cancelScroll: () => told.push('cancel'),
  } as unknown as Virtualizer<HTMLDivElement, Element>;
  const made: ListScroll[] = [];
  function List({ rows }: { rows: readonly string[] }) {
    const listRef = useRef<HTMLDivElement>(null);
    const scroll = useListScroll({
      virtualizer,
      listRef,
      firstKey: rows[0] as MessageKey | undefined,
      indexOf: (key) => rows.indexOf(key),
    });
    useEffect(() => {
      made.push(scroll);
    }, [scroll]);
    return <div ref={listRef} role="feed" />;
  }
  const show = (...rows: string[]) => mounted.render(<List rows={rows} />);
  const given = (): ListScroll => {
    const [scroll] = made;
    if (!scroll) throw new Error('the list is not there');
    return scroll;
  };
  /** What the virtualizer was told since the last look. */
  const heard = () => told.splice(0);
  return { show, given, heard };
}
const row = (name: string) => name as MessageKey;
const feed = () => mounted.page.querySelector('[role=feed]');

it('goes to a row anew when older rows come above it, as often as they come', async () => {
  const { show, given, heard } = openList();
  await show('c', 'd');
  given().toRow(row('d'), 'center');
  await show('b', 'c', 'd');
  await show('a', 'b', 'c', 'd');
  expect(heard()).toEqual(['1 center', '2 center', '3 center']);
});

it('stays where rows come below, and lets a way to the end be', async () => {
  const { show, given, heard } = openList();
  await show('b', 'c');
  given().toRow(row('c'), 'start');
  await show('b', 'c', 'd');
  given().toEnd();
  await show('a', 'b', 'c', 'd');
  expect(heard()).toEqual(['1 start', 'end']);
});

it.each(['wheel', 'pointerdown', 'keydown'])('goes nowhere by itself after a %s', async (name) => {
  const { show, given, heard } = openList();
  await show('b', 'c');
  given().toRow(row('c'), 'start');
  feed()?.dispatchEvent(new Event(name));
  await show('a', 'b', 'c');
  expect(heard()).toEqual(['1 start', 'cancel']);
});

it('leaves the place to its caller, and a row that is gone, when older rows come', async () => {
  const { show, given, heard } = openList();
  await show('b', 'c');
  given().toPlace(row('c'));
  await show('a', 'b', 'c');
  given().toRow(row('a'), 'start');
  await show('b', 'c');
  expect(heard()).toEqual(['1 start', 'cancel', '0 start', 'cancel']);
});
