import { describe, expect, it } from 'vitest';
import type { ParentFigures, Siblinghood, Snapshot } from '../metrics/snapshot.ts';
import { Tally } from '../metrics/tally.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { introduceSiblings, meetSiblings, type SiblingMessage } from './siblings.ts';

const PARENT: ParentFigures = { process: { residentBytes: 70, heapUsedBytes: 7, cpuS: 1 }, workersReplaced: 2 };

const snapshotWith = (connections: number): Snapshot => ({
  tally: new Tally().snapshot(),
  connections,
  counts: { rooms: 0, participants: 0, away: 0, streams: 0 },
  occupancy: [],
  blocked: 0,
  eventLoopDelayMs: 0,
  process: { residentBytes: 100, heapUsedBytes: 10, cpuS: 1 },
  maxConnections: 100,
  isBusy: false,
  cluster: null,
});

/** Workers and their parent in one process. A worker that is `hung` hears nothing; nor does anybody while the parent is. */
function someSiblings(count: number) {
  const clock = new FakeClock();
  const live = new Map<number, (message: SiblingMessage) => void>();
  const hung = new Set<number | 'parent'>();
  const passOn = introduceSiblings(
    clock,
    () => live,
    () => PARENT,
  );
  const start = (id: number) => {
    const worker = { connections: id, drains: [] as boolean[] };
    let hear: (message: unknown) => void = () => {};
    live.set(id, (message) => {
      if (!hung.has(id)) hear(message);
    });
    const siblings = meetSiblings({
      clock,
      own: () => snapshotWith(worker.connections),
      onDrain: (draining) => worker.drains.push(draining),
      send: (message) => {
        if (!hung.has('parent')) passOn(id, message);
      },
      onMessage: (listener) => {
        hear = listener;
        return () => {};
      },
    });
    return { ...siblings, worker };
  };
  const workers = Array.from({ length: count }, (_, at) => start(at + 1));
  /** What the first worker learns, whatever has to time out for it. */
  const asked = async (): Promise<Siblinghood> => {
    const answer = workers[0]?.snapshots();
    clock.advance(2_000);
    return answer ?? { snapshots: [], parent: undefined };
  };
  const connections = async () =>
    (await asked()).snapshots.map((each) => each.connections).toSorted((left, right) => left - right);
  return { clock, live, hung, start, workers, asked, connections };
}

describe('the figures of siblings (S6, S13)', () => {
  it('are those of all others, and of the parent', async () => {
    const { asked, connections } = someSiblings(3);
    expect(await connections()).toEqual([2, 3]);
    expect((await asked()).parent).toEqual(PARENT);
  });

  it('are the last ones of a sibling that does not answer in time, whoever asked for them', async () => {
    const { hung, workers, clock, connections } = someSiblings(3);
    const other = workers[2]?.snapshots();
    clock.advance(2_000);
    await other;
    hung.add(2);
    expect(await connections()).toEqual([2, 3]);
    hung.delete(2);
    if (workers[1]) workers[1].worker.connections = 20;
    expect(await connections()).toEqual([3, 20]);
  });

  it('are without one that never answered, and without one that is gone', async () => {
    const { hung, live, start, connections } = someSiblings(3);
    hung.add(4);
    start(4);
    expect(await connections()).toEqual([2, 3]);
    live.delete(2);
    expect(await connections()).toEqual([3]);
  });

  it('are joined by one that is told at once what was said last about draining (S8, S14)', () => {
    const { start, live, workers } = someSiblings(2);
    expect(start(3).worker.drains).toEqual([]);
    workers[0]?.drain(true);
    expect(workers[1]?.worker.drains).toEqual([true]);
    live.delete(1);
    expect(start(4).worker.drains).toEqual([true]);
    workers[1]?.drain(false);
    expect(start(5).worker.drains).toEqual([false]);
  });

  it('are the last ones of all while the parent does not answer', async () => {
    const { hung, asked, connections } = someSiblings(2);
    hung.add('parent');
    expect(await asked()).toEqual({ snapshots: [], parent: undefined });
    hung.delete('parent');
    await asked();
    hung.add('parent');
    expect(await connections()).toEqual([2]);
    expect((await asked()).parent).toEqual(PARENT);
  });
});
