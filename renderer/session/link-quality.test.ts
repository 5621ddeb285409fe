import type { CallTrouble } from '@parley/shared/protocol';
import { describe, expect, it } from 'vitest';
import { unknownReading } from '../mesh/link-reading.ts';
import { readingOf } from '../mesh/testing/readings.ts';
import { judgeLink, type LinkFacts, ownTroubles } from './link-quality.ts';

const link = (part: Parameters<typeof readingOf>[0] = {}, ...troubles: CallTrouble[]): LinkFacts => ({
  reading: readingOf(part),
  troubles,
  showsCamera: true,
});
const received = (lossRatio: number) => ({ received: { lossRatio } });
const sent = (lossRatio: number) => ({ sent: { lossRatio } });
const fine = link();

describe('the quality of a link', () => {
  it('is good where nothing is wrong, and unknown where nothing is measured (C7)', () => {
    expect(judgeLink(fine, [])).toEqual({ level: 'good' });
    expect(judgeLink({ ...fine, reading: unknownReading }, [])).toEqual({ level: 'unknown' });
  });

  it('gets worse with what is lost (C7)', () => {
    expect(judgeLink(link(received(0.02)), [])).toEqual({ level: 'good' });
    expect(judgeLink(link(received(0.034)), [])).toMatchObject({ level: 'fair', cause: { lossRatio: 0.03 } });
    expect(judgeLink(link(received(0.081)), [])).toMatchObject({ level: 'poor', cause: { lossRatio: 0.08 } });
  });

  describe('where packets of the far end get lost', () => {
    const bad = link(received(0.1));

    it('blames nobody in a call of two (C7)', () => {
      const cause = { kind: 'packet-loss', direction: 'received', lossRatio: 0.1, alone: false };
      expect(judgeLink(bad, [])).toEqual({ level: 'poor', cause });
    });

    it('says that it is this way alone where the others are fine (C7)', () => {
      expect(judgeLink(bad, [fine, fine])).toMatchObject({ cause: { kind: 'packet-loss', alone: true } });
    });

    it('finds the cause here where most links lose (C7)', () => {
      const cause = { kind: 'own-downlink', lossRatio: 0.1 };
      expect(judgeLink(bad, [link(received(0.05)), fine])).toEqual({ level: 'poor', cause });
      expect(judgeLink(bad, [fine, link(received(0.05)), fine])).toMatchObject({ cause: { kind: 'packet-loss' } });
    });

    it('finds it at the far end where that says so, also when others lose too (C7)', () => {
      const theirs = link(received(0.1), 'uplink');
      const cause = { kind: 'their-uplink', lossRatio: 0.1 };
      expect(judgeLink(theirs, [])).toEqual({ level: 'poor', cause });
      expect(judgeLink(theirs, [link(received(0.1))])).toEqual({ level: 'poor', cause });
      // The other one is alone then: nothing is known of where it gets lost.
      expect(judgeLink(link(received(0.1)), [theirs])).toMatchObject({ cause: { kind: 'packet-loss' } });
    });
  });

  describe('where own packets get lost', () => {
    const bad = link(sent(0.1));

    it('is told as the way between the two, the own line or that of the far end (C7)', () => {
      const cause = { kind: 'packet-loss', direction: 'sent', lossRatio: 0.1, alone: false };
      expect(judgeLink(bad, [])).toEqual({ level: 'poor', cause });
      expect(judgeLink(bad, [fine])).toMatchObject({ cause: { kind: 'packet-loss', alone: true } });
      expect(judgeLink(bad, [bad])).toMatchObject({ cause: { kind: 'own-uplink', lossRatio: 0.1 } });
      expect(judgeLink(link(sent(0.1), 'downlink'), [fine])).toMatchObject({ cause: { kind: 'their-downlink' } });
    });
  });

  describe('where the way is narrow', () => {
    const narrow = { sendableBps: 120_000, sent: { limitedBy: 'bandwidth' as const } };

    it('says so only while the picture suffers from it (C7)', () => {
      expect(judgeLink(link(narrow), [])).toEqual({ level: 'fair', cause: { kind: 'narrow-way' } });
      expect(judgeLink(link({ sendableBps: 120_000 }), [])).toEqual({ level: 'good' });
      expect(judgeLink(link({ sent: narrow.sent }), [])).toEqual({ level: 'good' });
      expect(judgeLink(link({ ...narrow, sendableBps: 40_000 }), [])).toMatchObject({ level: 'poor' });
    });

    it('finds the cause here where most ways are, and at the far end where that says so (C7)', () => {
      expect(judgeLink(link(narrow), [link(narrow)])).toMatchObject({ cause: { kind: 'own-uplink', lossRatio: null } });
      expect(judgeLink(link(narrow, 'downlink'), [])).toMatchObject({ cause: { kind: 'their-downlink' } });
    });
  });

  it('knows a busy computer at either end (C7)', () => {
    expect(judgeLink(link({ sent: { limitedBy: 'cpu' } }), [])).toEqual({
      level: 'fair',
      cause: { kind: 'own-computer' },
    });
    expect(judgeLink(link({ received: { droppedRatio: 0.4 } }), [])).toEqual({
      level: 'poor',
      cause: { kind: 'own-computer' },
    });
    expect(judgeLink(link({}, 'computer'), [])).toEqual({ level: 'fair', cause: { kind: 'their-computer' } });
  });

  it('knows a long way from a relay that is far away (C7)', () => {
    expect(judgeLink(link({ roundTripMs: 304 }), [])).toEqual({
      level: 'fair',
      cause: { kind: 'far-away', roundTripMs: 300 },
    });
    expect(judgeLink(link({ roundTripMs: 704, relayed: true }), [])).toEqual({
      level: 'poor',
      cause: { kind: 'far-relay', roundTripMs: 700 },
    });
  });

  it('knows sound that comes unevenly, and a microphone that the far end finds silent (C7)', () => {
    const uneven = { concealedRatio: 0.2 };
    expect(judgeLink(link({ received: uneven }), [])).toEqual({ level: 'poor', cause: { kind: 'uneven-way' } });
    expect(judgeLink(link({ received: { ...uneven, lossRatio: 0.1 } }), [])).toMatchObject({
      cause: { kind: 'packet-loss' },
    });
    expect(judgeLink(link({}, 'microphone'), [])).toEqual({ level: 'fair', cause: { kind: 'silent-microphone' } });
  });

  it('knows a camera of which hardly any pictures come, but no picture that is not sent and no shared screen (C7)', () => {
    const few = link({ received: { framesPerSecond: 2.6 } });
    expect(judgeLink(few, [])).toEqual({ level: 'fair', cause: { kind: 'few-frames', framesPerSecond: 3 } });
    expect(judgeLink({ ...few, showsCamera: false }, [])).toEqual({ level: 'good' });
    expect(judgeLink(link({ received: { framesPerSecond: 0 } }), [])).toEqual({ level: 'good' });
  });

  it('names the worst of several causes (C7)', () => {
    const both = link({ sent: { limitedBy: 'cpu' }, received: { lossRatio: 0.2 } });
    expect(judgeLink(both, [])).toMatchObject({ level: 'poor', cause: { kind: 'packet-loss' } });
  });
});

describe('what is wrong at this end', () => {
  it('is nothing in a call of two that only loses packets (C7)', () => {
    expect(ownTroubles([link({ ...received(0.2), ...sent(0.2) })], true)).toEqual([]);
  });

  it('is the line where most of several links suffer, each direction by itself (C7)', () => {
    expect(ownTroubles([link(sent(0.1)), link(sent(0.1)), fine], true)).toEqual(['uplink']);
    expect(ownTroubles([link(received(0.1)), link(received(0.1)), fine], true)).toEqual(['downlink']);
    expect(ownTroubles([link(sent(0.1)), fine], true)).toEqual([]);
    expect(ownTroubles([link(sent(0.1)), link(sent(0.1), 'downlink')], true)).toEqual([]);
  });

  it('is the computer where one encoder says so, and a microphone that is on and gives nothing (C7)', () => {
    const silent = link({ sent: { limitedBy: 'cpu', heard: false } });
    expect(ownTroubles([silent, fine], true)).toEqual(['computer']);
    expect(ownTroubles([silent], true)).toEqual(['computer', 'microphone']);
    expect(ownTroubles([silent], false)).toEqual(['computer']);
  });
});
