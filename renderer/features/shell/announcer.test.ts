import { CallId } from '@parley/shared/protocol';
import { describe, expect, it } from 'vitest';
import { createFakeApp } from '../../testing/gallery/fake-app.ts';
import { idOf } from '../../testing/gallery/samples/ids.ts';
import { mediaOff, participant } from '../../testing/gallery/samples/people.ts';
import { design, reachOf } from '../../testing/gallery/samples/rooms.ts';
import type { ScreenName } from '../../testing/gallery/screens/index.ts';
import { changesInWords, knownOf, NOTHING_KNOWN } from './announcer.tsx';

const stateOf = (screen: ScreenName) => createFakeApp(screen, 'light').store.getState();
const unreadOf = (state: ReturnType<typeof stateOf>) =>
  new Map<string, number>(state.rooms.map(({ roomId, unread }) => [roomId, unread]));

describe('the announcer', () => {
  const home = stateOf('home');
  const [first] = home.rooms;
  const more = { ...home, rooms: home.rooms.map((room) => (room === first ? { ...room, unread: 1 } : room)) };

  it('names who wrote and where, once', () => {
    expect(changesInWords({ ...NOTHING_KNOWN, unread: unreadOf(home) }, more)).toEqual([
      'New message from You in Design circle',
    ]);
    expect(changesInWords({ ...NOTHING_KNOWN, unread: unreadOf(more) }, more)).toEqual([]);
  });

  it('tells of a missed call, and lets one that rings speak for itself', () => {
    const call = { callId: CallId.parse(idOf('a call', 16)), missed: true, lengthMs: null };
    const lastMessage = { name: 'Ana', confirmed: true, text: '', sentAt: 1, mine: false, call };
    const missed = { ...more, rooms: more.rooms.map((room) => (room.unread > 0 ? { ...room, lastMessage } : room)) };
    const before = { ...NOTHING_KNOWN, unread: unreadOf({ ...missed, rooms: home.rooms }) };
    expect(changesInWords(before, missed)).toContain('Missed call from Ana in Design circle');
    const running = reachOf([], { call: { callId: call.callId, startedAt: 0, deviceIds: [] } });
    expect(changesInWords(before, { ...missed, reach: { [design]: running } }).join()).not.toContain('Design circle');
  });

  it('leaves what waited before the app opened in peace', () => {
    expect(changesInWords(NOTHING_KNOWN, more)).toEqual([]);
  });

  it('leaves a chat that is on the screen to its own log', () => {
    const open = { ...more, screen: stateOf('room').screen };
    expect(changesInWords({ ...NOTHING_KNOWN, unread: unreadOf(home) }, open)).toEqual([]);
  });

  it('says who raised a hand and who reacted, each once (C4)', () => {
    const raised = { inCall: true, camera: false, hand: true };
    const others = [
      participant('Ana Moreira', raised),
      participant('Benedikt', { ...raised, hand: false, reaction: { emoji: '🎉', turn: 1 } }),
      participant('Chiara Fontana', { ...raised, reaction: { emoji: '👍', turn: 2 } }),
    ];
    const callId = CallId.parse(idOf('a call', 16));
    const call = { at: 'joined' as const, roomId: design, callId, since: 0, ring: 'answered' as const, ...mediaOff };
    const state = { ...home, call, reach: { [design]: reachOf(others) } };
    const inCall = new Map(others.map(({ sess, name }) => [sess, name]));
    const quiet = { ...NOTHING_KNOWN, unread: unreadOf(state), inCall };
    expect(changesInWords(quiet, state)).toEqual([
      'Ana Moreira raised a hand',
      'Benedikt: party',
      'Chiara Fontana raised a hand',
      'Chiara Fontana: thumbs up',
    ]);
    expect(changesInWords(knownOf(state), state)).toEqual([]);
  });

  it('says who begins to record the call and who stops (C8)', () => {
    const callId = CallId.parse(idOf('a call', 16));
    const call = { at: 'joined' as const, roomId: design, callId, since: 0, ring: 'answered' as const, ...mediaOff };
    const withAna = (recording: boolean) => ({
      ...home,
      call,
      reach: { [design]: reachOf([participant('Ana Moreira', { inCall: true, recording })]) },
    });
    const others = withAna(false);
    const recorded = withAna(true);
    expect(changesInWords(knownOf(others), recorded)).toEqual(['Ana Moreira records this call']);
    expect(changesInWords(knownOf(recorded), others)).toEqual(['Ana Moreira no longer records this call']);
    const own = { ...others, callRecording: { at: 'running' as const, since: 0, sizeBytes: 0 } };
    expect(changesInWords(knownOf(others), own)).toEqual(['You record this call']);
    expect(changesInWords(knownOf(own), others)).toEqual(['Your recording has ended']);
  });

  it('says who begins to show the call live and who stops (C8)', () => {
    const callId = CallId.parse(idOf('a call', 16));
    const call = { at: 'joined' as const, roomId: design, callId, since: 0, ring: 'answered' as const, ...mediaOff };
    const withAna = (live: boolean) => ({
      ...home,
      call,
      reach: { [design]: reachOf([participant('Ana Moreira', { inCall: true, live })]) },
    });
    const [others, live] = [withAna(false), withAna(true)];
    expect(changesInWords(knownOf(others), live)).toEqual(['Ana Moreira shows this call live']);
    expect(changesInWords(knownOf(live), others)).toEqual(['Ana Moreira no longer shows this call live']);
    const own = { ...others, callLive: { at: 'live' as const, host: 'live.example', since: 0 } };
    const cut = { ...others, callLive: { at: 'interrupted' as const, host: 'live.example', since: 0, tries: 1 } };
    expect(changesInWords(knownOf(others), own)).toEqual(['You are live']);
    expect(changesInWords(knownOf(own), cut)).toEqual(['You lost the receiver']);
    expect(changesInWords(knownOf(cut), own)).toEqual(['You are live']);
    expect(changesInWords(knownOf(own), others)).toEqual(['You are live no more']);
  });
});
