import { describe, expect, it } from 'vitest';
import { noLog } from '../log.ts';
import { fakeClock } from '../testing/fake-clock.ts';
import { SendQueue } from './send-queue.ts';

function setUp() {
  const clock = fakeClock();
  const sent: string[] = [];
  const channel = {
    bufferedBytes: 0,
    isClosed: false,
    send(text: string) {
      if (channel.isClosed) throw new Error('closed');
      sent.push(text);
      channel.bufferedBytes += text.length;
    },
  };
  const state: { channel: typeof channel | undefined } = { channel };
  const queue = new SendQueue({
    clock,
    bufferedMaxBytes: 4,
    waitingMaxChars: 6,
    log: noLog,
    channel: () => state.channel,
  });
  return { clock, sent, channel, state, queue };
}

describe('the send queue', () => {
  it('keeps messages in order until the channel has room, and looks again by itself', () => {
    const { clock, sent, channel, queue } = setUp();
    for (const text of ['aaa', 'bbb', 'ccc']) expect(queue.push(text)).toBe(true);
    expect(sent).toEqual(['aaa', 'bbb']);
    channel.bufferedBytes = 0;
    clock.advance(50);
    expect(sent).toEqual(['aaa', 'bbb', 'ccc']);
    expect(clock.pending).toBe(0);
  });

  it('refuses a message over its limit, and takes others once some were sent', () => {
    const { sent, state, channel, queue } = setUp();
    state.channel = undefined;
    expect([queue.push('aaa'), queue.push('bbb'), queue.push('c')]).toEqual([true, true, false]);
    state.channel = channel;
    queue.flush();
    expect(sent).toEqual(['aaa', 'bbb']);
    expect(queue.push('c')).toBe(true);
  });

  it('survives a channel that closes between its check and the message', () => {
    const { channel, queue } = setUp();
    channel.isClosed = true;
    expect(queue.push('aaa')).toBe(true);
  });

  it('sends nothing of what waited before it was cleared', () => {
    const { clock, sent, channel, queue } = setUp();
    for (const text of ['aaaa', 'bbb']) queue.push(text);
    queue.clear();
    expect(clock.pending).toBe(0);
    channel.bufferedBytes = 0;
    queue.flush();
    expect(sent).toEqual(['aaaa']);
    expect(queue.push('cccccc')).toBe(true);
  });
});
