import type { LinkSignal } from '@parley/shared/protocol';
import { describe, expect, it } from 'vitest';
import { fakeClock } from '../testing/fake-clock.ts';
import { Roster } from './roster.ts';
import { type FakeParticipantOptions, fakeParticipant, fakePeer, fakeSeat } from './testing/fake-participant.ts';

const GRACE_MS = 8_000;
const signal = (n: number): LinkSignal => ({ n }) as unknown as LinkSignal;

function setUp(capacity = 3) {
  const clock = fakeClock();
  const removed: string[] = [];
  const ended: string[] = [];
  const crowded: string[] = [];
  const roster = new Roster(capacity, {
    clock,
    goneGraceMs: GRACE_MS,
    removed: ({ peerId }) => void removed.push(peerId),
    ended: (peerId) => void ended.push(peerId),
    crowded: () => void crowded.push('crowded'),
    changed: () => {},
  });
  const list = (peerId: string, options: FakeParticipantOptions = {}) => {
    const made = fakeParticipant(peerId, { device: peerId, seat: peerId, ...options });
    roster.add(made.participant);
    return made;
  };
  const ids = () => roster.all.map(({ peerId }) => peerId);
  return { clock, removed, ended, crowded, roster, list, ids };
}

describe('the roster of a room', () => {
  it('finds a participant by its peer and by its seat', () => {
    const { roster, list } = setUp();
    const { participant } = list('a');
    expect([roster.get('a'), roster.at(fakeSeat('a')), roster.get('b')]).toEqual([participant, participant, undefined]);
  });

  it('keeps signals that came early, no more than 64, until their peer is listed', () => {
    const { roster } = setUp();
    for (let n = 0; n < 70; n++) roster.keepSignal('a', signal(n));
    const early = roster.add(fakeParticipant('a').participant);
    expect(early).toHaveLength(64);
    expect(early[0]).toEqual(signal(0));
    expect(roster.add(fakeParticipant('a').participant)).toEqual([]);
  });

  it('starts the next link of a peer that comes back behind the epoch of its last one', () => {
    const { roster, list, removed, ended } = setUp();
    const { link } = list('a');
    link.state = { at: 'open', epoch: 4 };
    roster.remove('a', 'left', false);
    expect([roster.firstEpochOf('a'), roster.firstEpochOf('b')]).toEqual([5, 1]);
    expect([removed, ended, link.closedFor]).toEqual([['a'], [], ['left']]);
    roster.remove('a', 'left', true);
    expect([roster.firstEpochOf('a'), ended]).toEqual([1, ['a']]);
  });

  it('replaces an older peer of a device, and not one that is newer and still linked', () => {
    const { roster, list, ids } = setUp();
    const { link } = list('a', { device: 'x', ts: 5 });
    expect(roster.replaceOlder(fakePeer('b', { device: 'x', ts: 4 }))).toBe(false);
    expect(ids()).toEqual(['a']);
    link.state = { at: 'interrupted', epoch: 1 };
    expect(roster.replaceOlder(fakePeer('b', { device: 'x', ts: 4 }))).toBe(true);
    expect(ids()).toEqual([]);
    list('b', { device: 'x', ts: 4 });
    expect(roster.replaceOlder(fakePeer('c', { device: 'x', ts: 5 }))).toBe(true);
    expect(ids()).toEqual([]);
  });

  it('lists one device for each seat: the first that is linked', () => {
    const { roster, list, ids, ended, crowded } = setUp();
    const { link } = list('a', { seat: 'x' });
    expect(roster.makeRoomFor(fakePeer('b', { device: 'b', seat: 'x' }))).toBe(false);
    expect([ids(), crowded.length]).toEqual([['a'], 1]);
    link.state = { at: 'opening', epoch: 1 };
    expect(roster.makeRoomFor(fakePeer('c', { device: 'c', seat: 'x' }))).toBe(true);
    expect([ids(), crowded.length]).toEqual([[], 2]);
    // A server can name any seat: each may prove itself from another one.
    expect(ended).toEqual([]);
  });

  it('lists no more than the room has places, but gives away that of a participant that is gone', () => {
    const { roster, list, ids } = setUp(2);
    list('a');
    const { participant, link } = list('b');
    const late = fakePeer('c', { device: 'c', seat: 'c' });
    expect(roster.makeRoomFor(late)).toBe(false);
    link.state = { at: 'interrupted', epoch: 1 };
    expect(roster.makeRoomFor(late)).toBe(false);
    roster.setGone(participant, true);
    expect(roster.makeRoomFor(late)).toBe(true);
    expect(ids()).toEqual(['a']);
  });

  it('takes a participant whose seat ended off the list after the grace time, unless its link is open', () => {
    const { clock, roster, list, ids } = setUp();
    const linked = list('a');
    const lost = list('b');
    const back = list('c');
    for (const { link } of [lost, back]) link.state = { at: 'interrupted', epoch: 1 };
    for (const { participant } of [linked, lost, back]) roster.setGone(participant, true);
    roster.setGone(back.participant, false);
    expect(clock.pending).toBe(1);
    clock.advance(GRACE_MS - 1);
    expect(ids()).toEqual(['a', 'b', 'c']);
    clock.advance(1);
    expect(ids()).toEqual(['a', 'c']);
  });

  it('ends the oldest of more than 64 peers that it remembers unlisted', () => {
    const { roster, list, ended } = setUp(1);
    list('a');
    for (let n = 0; n < 65; n++) roster.makeRoomFor(fakePeer(`p${n}`, { device: 'b', seat: 'b' }));
    expect(ended).toEqual(['p0']);
  });

  it('closes every link and its timers, and tells nobody', () => {
    const { clock, roster, list, ids, removed } = setUp();
    const { participant, link } = list('a');
    link.state = { at: 'interrupted', epoch: 1 };
    roster.setGone(participant, true);
    roster.close();
    expect([ids(), removed, link.closedFor, clock.pending]).toEqual([[], [], ['left'], 0]);
  });
});
