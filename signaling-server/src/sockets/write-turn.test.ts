import { beforeEach, describe, expect, it } from 'vitest';
import { BUSY_FLUSHES, HELD_MAX, WriteTurn } from './write-turn.ts';

/** A connection that notes what happens to it, and may have more to write once it was released. */
class NotedConnection {
  held = 0;
  pieces = 0;
  next: (() => void) | undefined;
  hold(): void {
    this.held += 1;
  }
  release(): void {
    this.held -= 1;
    this.pieces += 1;
    const { next } = this;
    this.next = undefined;
    // As Engine.IO does: packets that waited are written in a tick after the system took those before.
    if (next) process.nextTick(next);
  }
}
const turnOfLoop = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the writes of one turn of the event loop', () => {
  let turn: WriteTurn;
  beforeEach(() => {
    turn = new WriteTurn();
  });
  const makeBusy = async (): Promise<void> => {
    for (let n = 0; n < BUSY_FLUSHES; n++) turn.flushes(new NotedConnection());
    await turnOfLoop();
  };

  it('leave at once while there is little to do', async () => {
    const one = new NotedConnection();
    for (let n = 0; n < 3; n++) {
      turn.flushes(one);
      await turnOfLoop();
    }
    expect([one.held, one.pieces]).toEqual([0, 0]);
  });

  it('are held after a busy turn until everything that arrived was handled, once for each connection', async () => {
    await makeBusy();
    const [one, two] = [new NotedConnection(), new NotedConnection()];
    for (const connection of [one, two, one, one]) turn.flushes(connection);
    await Promise.resolve();
    expect([one.held, one.pieces, two.held]).toEqual([1, 0, 1]);
    await turnOfLoop();
    expect([one.held, one.pieces, two.held, two.pieces]).toEqual([0, 1, 0, 1]);
  });

  it('are not held for more connections than a processor keeps at hand', async () => {
    await makeBusy();
    const connections = Array.from({ length: HELD_MAX + 1 }, () => new NotedConnection());
    for (const connection of connections) turn.flushes(connection);
    expect(connections.map(({ pieces }) => pieces)).toEqual([...Array<number>(HELD_MAX).fill(1), 0]);
    await turnOfLoop();
    expect(connections.map(({ held, pieces }) => [held, pieces])).toEqual(connections.map(() => [0, 1]));
  });

  it('take along what waited behind the first packet, in a second piece and no later turn', async () => {
    await makeBusy();
    const one = new NotedConnection();
    one.next = () => turn.flushes(one);
    for (let n = 0; n < BUSY_FLUSHES; n++) turn.flushes(one);
    await turnOfLoop();
    await new Promise((resolve) => process.nextTick(resolve));
    expect([one.held, one.pieces]).toEqual([0, 2]);
  });

  it('leave in one piece where several waited, however little there is to do', async () => {
    const one = new NotedConnection();
    turn.flushes(one, 2);
    expect([one.held, one.pieces]).toEqual([1, 0]);
    await turnOfLoop();
    expect([one.held, one.pieces]).toEqual([0, 1]);
  });

  it('leave at once again after a turn with little to do', async () => {
    await makeBusy();
    turn.flushes(new NotedConnection());
    await turnOfLoop();
    const one = new NotedConnection();
    turn.flushes(one);
    expect(one.held).toBe(0);
  });
});
