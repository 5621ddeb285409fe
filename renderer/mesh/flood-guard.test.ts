import { describe, expect, it } from 'vitest';
import { FloodGuard } from './flood-guard.ts';

function guard() {
  let now = 0;
  let floods = 0;
  const allowance = { burst: 2, perSecond: 1 };
  const limits = { messages: allowance, negotiations: allowance, reopens: allowance, floodMax: 3 };
  const made = new FloodGuard(
    limits,
    () => now,
    () => {
      floods += 1;
    },
  );
  return { guard: made, floods: () => floods, pass: (ms: number) => (now += ms) };
}

describe('flood guard', () => {
  it('lets a burst through, then what the rate allows', () => {
    const { guard: made, pass } = guard();
    expect([1, 2, 3].map(() => made.allows('messages'))).toEqual([true, true, false]);
    pass(1_000);
    expect(made.allows('messages')).toBe(true);
    expect(made.dropped.flood).toBe(1);
  });

  it('counts each kind by itself', () => {
    const { guard: made } = guard();
    for (let i = 0; i < 3; i++) made.allows('messages');
    expect(made.allows('reopens')).toBe(true);
  });

  it('reports a flood after too many drops in one minute, and not for the same number over two', () => {
    const slow = guard();
    for (let i = 0; i < 3; i++) slow.guard.drop();
    slow.pass(60_000);
    slow.guard.drop();
    expect(slow.floods()).toBe(0);
    const fast = guard();
    for (let i = 0; i < 4; i++) fast.guard.drop();
    expect(fast.floods()).toBe(1);
  });
});
