import { describe, expect, it } from 'vitest';
import { iceStepOf, openTimeoutOf, redialDelayOf, usualLinkPolicy } from './link-policy.ts';

describe('the policy of a link', () => {
  it('gives each further attempt more time to open, up to a maximum', () => {
    const times = [1, 2, 3, 4].map((attempt) => openTimeoutOf(usualLinkPolicy, attempt, true));
    expect(times).toEqual([15_000, 30_000, 45_000, 45_000]);
  });

  it('lets the answering side wait longer than the initiator', () => {
    expect(openTimeoutOf(usualLinkPolicy, 1, false)).toBe(19_500);
  });

  it('doubles the wait before a fresh connection while none opens', () => {
    const waits = [0, 1, 2, 5, 6, 100].map((attempts) => redialDelayOf(usualLinkPolicy, attempts));
    expect(waits).toEqual([400, 800, 1_600, 12_800, 15_000, 15_000]);
  });

  it('restarts ICE only on an open link, and recovers only an interrupted one', () => {
    expect(iceStepOf('open', 'disconnected')).toBe('restart');
    expect(iceStepOf('opening', 'disconnected')).toBe('none');
    expect(iceStepOf('interrupted', 'disconnected')).toBe('none');
    expect(iceStepOf('interrupted', 'connected')).toBe('recovered');
    expect(iceStepOf('interrupted', 'completed')).toBe('recovered');
    expect(iceStepOf('open', 'connected')).toBe('none');
    expect(iceStepOf('interrupted', 'failed')).toBe('none');
  });
});
