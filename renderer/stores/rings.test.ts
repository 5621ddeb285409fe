import { RoomId } from '@parley/shared/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import { fakeClock } from '../testing/fake-clock.ts';
import { createFakeApp } from '../testing/gallery/fake-app.ts';
import type { AppStore } from './app-store.ts';
import { ringingCalls, silenceRing, soundRings } from './rings.ts';

describe('the sound of a call that rings', () => {
  let store: AppStore;
  let roomId: RoomId;
  let heard: string[];
  let stop: () => void;
  beforeEach(() => {
    ({ store } = createFakeApp('home', 'light'));
    roomId = RoomId.parse(store.getState().rooms[0]?.roomId);
    heard = [];
    stop = soundRings(store, {
      start: (speakerId) => {
        heard.push(`rings at ${speakerId}`);
        return () => heard.push('silent');
      },
    });
  });
  const ring = (callId: string | null, verified = false) =>
    store.setState(({ reach }) => {
      const before = reach[roomId];
      if (!before) throw new Error('the room is not open');
      const ringing = callId === null ? null : { callId: callId as never, from: 'Ana', verified }; // ids are compared, never read
      return { reach: { ...reach, [roomId]: { ...before, ringing } } };
    });

  it('begins with the ringing and ends with it, once, through the chosen speaker', () => {
    ring('first');
    store.setState({ notices: [] });
    ring(null);
    expect(heard).toEqual(['rings at s1', 'silent']);
  });

  it('is silenced by the person for some minutes, also where somebody rings again and again', () => {
    const clock = fakeClock();
    ring('first');
    silenceRing(store, clock, roomId);
    expect(heard).toEqual(['rings at s1', 'silent']);
    ring(null);
    ring('second');
    expect(heard).toHaveLength(2);
    ring(null);
    clock.advance(180_000);
    ring('third');
    expect(heard).toHaveLength(3);
  });

  it('is not heard in the middle of a call, nor on the way into the call that rings', () => {
    ring('first');
    store.setState({ call: { at: 'preparing', roomId, preview: {} as never } }); // nothing of it is looked at
    expect(heard).toEqual(['rings at s1', 'silent']);
    store.setState({ call: { at: 'joined' } as never }); // likewise
    ring('second');
    expect(heard).toHaveLength(2);
  });

  it.each([
    ['everybody', false, true],
    ['verified', false, false],
    ['verified', true, true],
    ['nobody', true, false],
  ] as const)('is that of calls that may ring: from %s, verified %s (C11)', (from, verified, isHeard) => {
    const { settings } = store.getState();
    store.setState({ settings: { ...settings, ringing: { ...settings.ringing, from } } });
    ring('first', verified);
    expect(ringingCalls(store.getState()).length > 0).toBe(isHeard);
    expect(heard.length > 0).toBe(isHeard);
  });

  it('waits for the end of the quiet hours or of “do not disturb”, and so does the card (C11)', () => {
    store.setState({ quiet: { why: 'do-not-disturb', until: null } });
    ring('first');
    expect([heard, ringingCalls(store.getState())]).toEqual([[], []]);
    store.setState({ quiet: null });
    expect([heard.length, ringingCalls(store.getState()).length]).toEqual([1, 1]);
  });

  it('ends when the app is closed', () => {
    ring('first');
    stop();
    ring('second');
    expect(heard).toEqual(['rings at s1', 'silent']);
  });
});
