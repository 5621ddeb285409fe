import { describe, expect, it } from 'vitest';
import { WriteTurn } from './write-turn.ts';

/** A connection that notes what happens to it, and may have more to write once it was released. */
class NotedConnection {
  corked = 0;
  pieces = 0;
  next: (() => void) | undefined;
  cork(): void {
    this.corked += 1;
  }
  uncork(): void {
    this.corked -= 1;
    this.pieces += 1;
    const { next } = this;
    this.next = undefined;
    // As Engine.IO does: what waited is written in a tick after the system took what came before.
    if (next) process.nextTick(next);
  }
}
const turnOfLoop = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the writes of one turn of the event loop', () => {
  it('are held until everything that arrived was handled, once for each connection', async () => {
    const turn = new WriteTurn();
    const [one, two] = [new NotedConnection(), new NotedConnection()];
    for (const connection of [one, two, one, one]) turn.hold(connection);
    await Promise.resolve();
    expect([one.corked, one.pieces, two.corked]).toEqual([1, 0, 1]);
    await turnOfLoop();
    expect([one.corked, one.pieces, two.corked, two.pieces]).toEqual([0, 1, 0, 1]);
  });

  it('take along what waited behind the first packet, in a second piece and no later turn', async () => {
    const turn = new WriteTurn();
    const one = new NotedConnection();
    one.next = () => turn.hold(one);
    turn.hold(one);
    await turnOfLoop();
    await new Promise((resolve) => process.nextTick(resolve));
    expect([one.corked, one.pieces]).toEqual([0, 2]);
  });

  it('begin anew with the next packet', async () => {
    const turn = new WriteTurn();
    const one = new NotedConnection();
    for (let n = 1; n <= 3; n++) {
      turn.hold(one);
      expect(one.corked).toBe(1);
      await turnOfLoop();
      await turnOfLoop();
      expect([one.corked, one.pieces]).toEqual([0, n]);
    }
  });
});
