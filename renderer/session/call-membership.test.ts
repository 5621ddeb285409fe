import { CallId, type CallPresence, LIMITS, toBase64Url } from '@parley/shared/protocol';
import { describe, expect, it } from 'vitest';
import { NO_TRACKS } from '../mesh/track-slots.ts';
import { fakeClock } from '../testing/fake-clock.ts';
import { CallMembership, type CallPeer, type OwnMedia } from './call-membership.ts';

const id = (fill: number) => CallId.parse(toBase64Url(new Uint8Array(16).fill(fill)));
const media: OwnMedia = {
  microphone: 'muted',
  camera: true,
  screen: false,
  tracks: { ...NO_TRACKS },
};
const call = (fill: number, startedAt: number, turn = 1): CallPresence => ({
  callId: id(fill),
  startedAt,
  ranMs: 0,
  turn,
  microphone: 'live',
  camera: false,
  screen: false,
  hand: false,
});
const peer = (peerId: string, its: CallPresence | null): CallPeer => ({ peerId, call: its, mayReceiveMedia: true });

function setUp(...peers: CallPeer[]) {
  const clock = fakeClock();
  const silenced: CallId[] = [];
  const membership = new CallMembership({
    clock,
    randomBytes: (sizeBytes) => new Uint8Array(sizeBytes).fill(9),
    comingInMs: 10_000,
    peers: () => peers,
    ownPeerId: () => 'own',
    silence: (callId) => void silenced.push(callId),
  });
  return { clock, silenced, membership, peers };
}

describe("this device's part in the call of a room", () => {
  it('says that the sound is music while it is, and nothing of it otherwise', () => {
    const { membership } = setUp();
    membership.join({ ...media, music: true });
    expect(membership.presence()).toMatchObject({ music: true });
    membership.change({ media: { ...media, music: false } });
    expect(membership.presence()).not.toHaveProperty('music');
  });

  it('starts a call where none runs, shows it and its media, and ends it', () => {
    const { clock, silenced, membership } = setUp();
    expect(membership.join(media)).toMatchObject({ ok: true, value: { callId: id(9), startedAt: clock.now() } });
    expect(membership.presence()).toMatchObject({
      callId: id(9),
      turn: 1,
      camera: true,
      microphone: 'muted',
      hand: false,
    });
    expect(membership.live()).toEqual({ camera: true, microphone: true, screen: false });
    expect([membership.leave(), membership.leave()]).toEqual([true, false]);
    expect([membership.presence(), membership.own]).toEqual([null, null]);
    expect(silenced).toEqual([id(9), id(9)]);
  });

  it('joins the call that runs, at the turn after the last', () => {
    const { membership } = setUp(peer('a', call(1, 50, 4)), peer('b', null));
    expect(membership.join(media)).toMatchObject({ ok: true, value: { callId: id(1), startedAt: 50 } });
    expect(membership.presence()?.turn).toBe(5);
  });

  it('raises a hand behind those that are up, whatever huge place one of them claims', () => {
    const hand = (turn: number) => ({ ...call(1, 50), hand: true, handTurn: turn });
    const { membership, peers } = setUp(peer('a', hand(LIMITS.callTurnMax)), peer('b', hand(2)));
    membership.join(media);
    membership.change({ hand: true });
    expect(membership.presence()?.handTurn).toBe(3);
    // Up to here it counts; a hand that followed it goes on counting when it is down.
    peers.splice(0, 2, peer('a', hand(1_003)), peer('b', hand(1_004)));
    membership.settle();
    peers.splice(0, 1);
    membership.change({ hand: false });
    membership.change({ hand: true });
    expect(membership.presence()?.handTurn).toBe(1_005);
  });

  it('refuses to join a call that is full', () => {
    const full = Array.from({ length: LIMITS.callCapacity }, (_, n) => peer(`p${n}`, call(1, 50, n + 1)));
    expect(setUp(...full).membership.join(media)).toMatchObject({ ok: false, code: 'call-full' });
  });

  it('moves to the earlier of two calls that began at once, and says that the others must hear of it', () => {
    const { membership, peers, silenced } = setUp();
    membership.join(media);
    peers.push(peer('a', call(1, 50)));
    expect(membership.settle()).toEqual({ changed: true, wasFull: false });
    expect(membership.own?.callId).toBe(id(1));
    expect(silenced).toContain(id(1));
    expect(membership.settle()).toEqual({ changed: false, wasFull: false });
  });

  it('leaves a call that was full before it came, and only soon after it came', () => {
    const before = Array.from({ length: LIMITS.callCapacity }, (_, n) => peer(`a${n}`, call(9, 50, 1)));
    const soon = setUp();
    soon.membership.join(media);
    soon.peers.push(...before);
    expect(soon.membership.settle()).toEqual({ changed: true, wasFull: true });
    expect(soon.membership.own).toBe(null);
    const later = setUp();
    later.membership.join(media);
    later.peers.push(...before);
    later.clock.advance(10_000);
    expect(later.membership.settle().wasFull).toBe(false);
    expect(later.membership.own).not.toBe(null);
  });

  it('gives media only to peers that are in the call and may receive it', () => {
    const { membership } = setUp();
    expect(membership.tracksFor(peer('a', call(1, 50)))).toBe(NO_TRACKS);
    membership.join(media);
    expect(membership.tracksFor(peer('a', call(1, 50)))).toBe(media.tracks);
    expect(membership.tracksFor(peer('a', null))).toBe(NO_TRACKS);
    expect(membership.tracksFor({ call: call(1, 50), mayReceiveMedia: false })).toBe(NO_TRACKS);
  });
});
