import { beforeEach, describe, expect, it } from 'vitest';
import { NegotiationQueue } from './negotiation-queue.ts';
import { fakeStream, fakeTrack } from './testing/fake-peers.ts';

describe('negotiation queue', () => {
  const [voice, other, camera, stream] = [fakeTrack('audio'), fakeTrack('audio'), fakeTrack('video'), fakeStream()];
  const done: unknown[][] = [];
  let negotiating = false;
  const port = {
    isNegotiating: () => negotiating,
    add: (...args: unknown[]) => done.push(['add', ...args]),
    replace: (...args: unknown[]) => done.push(['replace', ...args]),
  };
  beforeEach(() => {
    done.length = 0;
    negotiating = false;
  });

  it('adds a track at once while no round is under way', () => {
    new NegotiationQueue(true, port).add(voice, stream);
    expect(done).toEqual([['add', voice, stream]]);
  });

  it('holds tracks back during a round of the initiator, and adds them once, in order, when it is over', () => {
    const queue = new NegotiationQueue(true, port);
    negotiating = true;
    queue.add(voice, stream);
    queue.add(camera, stream);
    expect(done).toEqual([]);
    queue.stable();
    expect(done).toEqual([
      ['add', voice, stream],
      ['add', camera, stream],
    ]);
    queue.stable();
    expect(done).toHaveLength(2);
  });

  it('never holds back on the answering side', () => {
    negotiating = true;
    new NegotiationQueue(false, port).add(voice, stream);
    expect(done).toEqual([['add', voice, stream]]);
  });

  it('sends the newest replacement of a track that was held back', () => {
    const queue = new NegotiationQueue(true, port);
    negotiating = true;
    queue.add(voice, stream);
    queue.replace(voice, other, stream);
    queue.replace(voice, null, stream);
    expect(done).toEqual([]);
    queue.stable();
    expect(done).toEqual([
      ['add', voice, stream],
      ['replace', voice, null, stream],
    ]);
  });

  it('replaces a track that was added before, also during a round', () => {
    const queue = new NegotiationQueue(true, port);
    queue.add(voice, stream);
    negotiating = true;
    queue.replace(voice, other, stream);
    expect(done.at(-1)).toEqual(['replace', voice, other, stream]);
  });
});
