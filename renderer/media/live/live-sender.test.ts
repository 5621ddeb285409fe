import { accept, LiveId, type Outcome, type Refusal, refuse } from '@parley/shared/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import { type FakeClock, fakeClock, settled } from '../../testing/fake-clock.ts';
import { type LiveNow, type LivePolicy, LiveSender } from './live-sender.ts';
import { FakeLive } from './testing/fake-live.ts';

const liveId = LiveId.parse('A'.repeat(22));
const policy: LivePolicy = { connectMs: 10_000, patienceMs: 5_000, triesAfterMs: [1_000, 2_000], steadyMs: 60_000 };

describe('sending to a receiver (C8)', () => {
  let clock: FakeClock;
  let live: FakeLive;
  let heard: LiveNow[];
  let ends: { code: Refusal['code']; wasLive: boolean }[];
  let ended: LiveId[];
  let receiver: () => Outcome<{ liveId: LiveId; answer: string }>;
  let relayOnly: boolean;

  beforeEach(() => {
    clock = fakeClock();
    live = new FakeLive();
    [heard, ends, ended] = [[], [], []];
    receiver = () => accept({ liveId, answer: 'v=0' });
    relayOnly = false;
  });
  const start = async () => {
    const sender = new LiveSender({
      live: live.ports(),
      clock,
      policy,
      options: () => ({ tracks: [], iceServers: [], relayOnly, videoMaxBps: 1_000_000 }),
      begin: async () => receiver(),
      end: async (id) => ended.push(id),
      changed: (now) => heard.push(now),
      ended: ({ code }, wasLive) => ends.push({ code, wasLive }),
    });
    await settled();
    return sender;
  };
  const say = async (state: RTCPeerConnectionState) => {
    live.newest.changed(state);
    await settled();
  };
  const pass = async (ms: number) => {
    clock.advance(ms);
    await settled();
  };
  const nothingIsLeft = () => {
    expect([live.open, clock.pending]).toEqual([0, 0]);
  };

  it('is live when the connection is, until it is stopped', async () => {
    const sender = await start();
    expect([live.answers, heard]).toEqual([['v=0'], []]);
    await say('connecting');
    await say('connected');
    expect(heard).toEqual([{ at: 'live' }]);
    sender.stop();
    expect(live.open).toBe(0);
    await settled();
    expect([ended, ends]).toEqual([[liveId], []]);
    nothingIsLeft();
  });

  it('ends with what the receiver refused at first', async () => {
    receiver = () => refuse('live-busy');
    await start();
    expect(ends).toEqual([{ code: 'live-busy', wasLive: false }]);
    nothingIsLeft();
  });

  it.each([
    ['no picture gets through', 'v=0', 'live-no-way'],
    ['the answer is none', 'x', 'live-not-whip'],
  ])('ends where %s, and tells the receiver', async (_, answer, code) => {
    receiver = () => accept({ liveId, answer });
    await start();
    await pass(policy.connectMs);
    expect(ends).toEqual([{ code, wasLive: false }]);
    expect(ended).toEqual([liveId]);
    nothingIsLeft();
  });

  it('says so where this computer cannot send', async () => {
    live.cannotConnect = true;
    await start();
    expect(ends).toEqual([{ code: 'live-failed', wasLive: false }]);
  });

  it('waits for a connection that is quiet for a moment', async () => {
    await start();
    await say('connected');
    await say('disconnected');
    await pass(4_000);
    await say('connected');
    await pass(5_000);
    expect(heard.map(({ at }) => at)).toEqual(['live', 'interrupted', 'live']);
    expect([live.made.length, ends]).toEqual([1, []]);
  });

  it('comes back to a receiver that was gone, and gives up after some tries', async () => {
    await start();
    await say('connected');
    await say('failed');
    expect(heard.at(-1)).toEqual({ at: 'interrupted', tries: 1 });
    expect(live.open).toBe(0);
    await pass(1_000);
    await say('connected');
    expect(heard.at(-1)).toEqual({ at: 'live' });
    // Not for long: that counts with the try before.
    await say('failed');
    expect(heard.at(-1)).toEqual({ at: 'interrupted', tries: 2 });
    receiver = () => refuse('live-unreachable');
    await pass(2_000);
    expect(ends).toEqual([{ code: 'live-lost', wasLive: true }]);
    expect(ended).toEqual([liveId, liveId]);
    nothingIsLeft();
  });

  it('tries as often again after a while that was steady', async () => {
    await start();
    for (let cut = 0; cut < 4; cut++) {
      await say('connected');
      await pass(policy.steadyMs);
      await say('failed');
      expect(heard.at(-1)).toEqual({ at: 'interrupted', tries: 1 });
      await pass(1_000);
    }
    expect(ends).toEqual([]);
  });

  it('does not ask again with a key that is refused by then', async () => {
    await start();
    await say('connected');
    await say('failed');
    receiver = () => refuse('live-denied');
    await pass(1_000);
    expect(ends).toEqual([{ code: 'live-denied', wasLive: true }]);
  });

  it('sends nothing past the relay of somebody who hides their address', async () => {
    relayOnly = true;
    live.sdp = 'v=0\r\n';
    await start();
    expect(ends).toEqual([{ code: 'turn-unavailable', wasLive: false }]);
    expect(live.answers).toEqual([]);
    nothingIsLeft();
  });

  it('connects anew where the ways changed, without counting that as a try', async () => {
    const sender = await start();
    await say('connected');
    relayOnly = true;
    sender.renew();
    await settled();
    expect(live.made.map((each) => each.relayOnly)).toEqual([false, true]);
    expect([live.open, ended]).toEqual([1, [liveId]]);
    await say('connected');
    expect(heard.map(({ at }) => at)).toEqual(['live', 'live']);
  });

  it('stops while the receiver thinks, and while it waits to try again', async () => {
    const asked = Promise.withResolvers<void>();
    const sender = new LiveSender({
      live: live.ports(),
      clock,
      policy,
      options: () => ({ tracks: [], iceServers: [], relayOnly, videoMaxBps: 1_000_000 }),
      begin: () => asked.promise.then(() => receiver()),
      end: async (id) => ended.push(id),
      changed: (now) => heard.push(now),
      ended: ({ code }, wasLive) => ends.push({ code, wasLive }),
    });
    await settled();
    sender.stop();
    expect(live.open).toBe(0);
    asked.resolve();
    await settled();
    expect([ended, live.answers]).toEqual([[liveId], []]);

    const other = await start();
    await say('connected');
    await say('failed');
    other.stop();
    await settled();
    expect(ends).toEqual([]);
    nothingIsLeft();
  });
});
