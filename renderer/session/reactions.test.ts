import type { LinkMessage } from '@parley/shared/protocol';
import { describe, expect, it } from 'vitest';
import { fakeClock } from '../testing/fake-clock.ts';
import type { Participant } from './participant.ts';
import { REACTION_SHOWN_MS, Reactions } from './reactions.ts';

function setUp() {
  const clock = fakeClock();
  const sent: LinkMessage[] = [];
  const somebody = (call: object | null) => {
    const fake = { call, send: (message: LinkMessage) => sent.push(message) > 0 };
    return fake as unknown as Participant; // what a reaction needs of one
  };
  const [ben, cleo] = [somebody({}), somebody(null)];
  const now = { inCall: true };
  const reactions = new Reactions({
    clock,
    isInCall: () => now.inCall,
    participants: () => [ben, cleo],
    shown: () => {},
  });
  return { clock, sent, ben, cleo, now, reactions };
}

describe('reactions in a call', () => {
  it('go to those who are in the call alone, and are shown for a moment', () => {
    const { clock, sent, reactions } = setUp();
    reactions.send('👍');
    expect(sent).toEqual([{ type: 'reaction', emoji: '👍' }]);
    clock.advance(REACTION_SHOWN_MS - 1);
    expect(reactions.of('own')?.emoji).toBe('👍');
    clock.advance(1);
    expect(reactions.of('own')).toBe(null);
    expect(clock.pending).toBe(0);
  });

  it('do not outlive the call', () => {
    const { clock, ben, reactions } = setUp();
    reactions.send('👍');
    reactions.heard(ben, '👍');
    reactions.end();
    expect([reactions.of('own'), reactions.of(ben), clock.pending]).toEqual([null, null, 0]);
  });

  it('are the last one of each person, for its own time', () => {
    const { clock, ben, reactions } = setUp();
    reactions.heard(ben, '👍');
    clock.advance(REACTION_SHOWN_MS - 1);
    reactions.heard(ben, '👍');
    const second = reactions.of(ben);
    clock.advance(REACTION_SHOWN_MS - 1);
    expect(reactions.of(ben)).toBe(second);
  });

  it('are neither sent nor shown outside the call, on either side', () => {
    const { sent, ben, cleo, now, reactions } = setUp();
    reactions.heard(cleo, '👍');
    expect(reactions.of(cleo)).toBe(null);
    now.inCall = false;
    reactions.send('👍');
    reactions.heard(ben, '👍');
    expect([sent, reactions.of(ben), reactions.of('own')]).toEqual([[], null, null]);
  });

  it('are a few at once and a few a second, of oneself and of a member who sends thousands', () => {
    const { clock, sent, ben, reactions } = setUp();
    for (let n = 0; n < 1_000; n++) reactions.send('👍');
    expect(sent).toHaveLength(5);
    const turns = new Set<number | undefined>();
    for (let n = 0; n < 1_000; n++) {
      reactions.heard(ben, '👍');
      turns.add(reactions.of(ben)?.turn);
    }
    expect(turns.size).toBe(5);
    clock.advance(500);
    reactions.send('👍');
    expect(sent).toHaveLength(6);
  });
});
