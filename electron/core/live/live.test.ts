import { accept, refuse } from '@parley/shared/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../adapters/stream-log.ts';
import { Live } from './live.ts';
import type { Whip } from './whip.ts';

const offer = { address: 'https://live.example/whip', token: 'key', offer: 'v=0' };
const page = {};

/** A receiver that answers when it is told to. */
class FakeWhip implements Whip {
  session = 'https://live.example/1';
  /** Sessions that were ended, with the key that it was asked with. */
  readonly ended: [string, string | null][] = [];
  waits: Promise<void> = Promise.resolve();

  async publish(): ReturnType<Whip['publish']> {
    await this.waits;
    return this.session === '' ? refuse('live-denied') : accept({ answer: 'v=0', session: this.session });
  }

  async end(session: string, token: string | null): Promise<boolean> {
    this.ended.push([session, token]);
    return true;
  }
}

describe('a call at a receiver (C8)', () => {
  let whip: FakeWhip;
  let live: Live;
  beforeEach(() => {
    whip = new FakeWhip();
    live = new Live(whip, silentLog);
  });

  it('ends where its page ends it, once', async () => {
    const { liveId, answer } = await live.begin(offer, page);
    expect(answer).toBe('v=0');
    await live.end(liveId);
    await live.end(liveId);
    await live.close();
    expect(whip.ended).toEqual([['https://live.example/1', 'key']]);
  });

  it.each(['endPage', 'close'] as const)('ends with %s', async (how) => {
    await live.begin(offer, page);
    live.endPage({});
    expect(whip.ended).toEqual([]);
    await live[how](page);
    expect(whip.ended).toHaveLength(1);
  });

  it('ends also where the receiver answers after its page is gone', async () => {
    const answers = Promise.withResolvers<void>();
    whip.waits = answers.promise;
    const begun = live.begin(offer, page);
    live.endPage(page);
    answers.resolve();
    await expect(begun).rejects.toMatchObject({ code: 'cancelled' });
    expect(whip.ended).toEqual([['https://live.example/1', 'key']]);
  });

  it('takes the place of what the page had before, and of no other page', async () => {
    await live.begin(offer, page);
    await expect(live.begin(offer, {})).rejects.toMatchObject({ code: 'live-running' });
    expect(whip.ended).toEqual([]);
    await live.begin(offer, page);
    expect(whip.ended).toHaveLength(1);
  });

  it('keeps its key from a session elsewhere', async () => {
    whip.session = 'https://other.example/1';
    const { liveId } = await live.begin(offer, page);
    await live.end(liveId);
    expect(whip.ended).toEqual([['https://other.example/1', null]]);
  });

  it('says what the receiver refused, and lets another try', async () => {
    whip.session = '';
    await expect(live.begin(offer, page)).rejects.toMatchObject({ code: 'live-denied' });
    whip.session = 'https://live.example/2';
    await live.begin(offer, {});
    await live.close();
    expect(whip.ended).toHaveLength(1);
  });
});
