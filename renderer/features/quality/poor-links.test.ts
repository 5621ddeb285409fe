import { describe, expect, it } from 'vitest';
import type { LinkQuality } from '../../stores/state.ts';
import { inCall, participant } from '../../testing/gallery/samples/people.ts';
import { voiceCall as call } from '../../testing/gallery/samples/poor-call.ts';
import { design, reachOf } from '../../testing/gallery/samples/rooms.ts';
import { poorLinksInWords } from './poor-links.ts';

const good: LinkQuality = { level: 'good' };
const fair: LinkQuality = { level: 'fair', cause: { kind: 'narrow-way' } };
const poor: LinkQuality = { level: 'poor', cause: { kind: 'uneven-way' } };

/** The announcements while Ana's link goes through these qualities. */
function saidThrough(...qualities: LinkQuality[]): string[] {
  let told: ReadonlySet<string> = new Set();
  return qualities.map((quality) => {
    const state = { call, reach: { [design]: reachOf([inCall('Ana', { camera: false, quality })]) } };
    const now = poorLinksInWords(told, state);
    told = now.told;
    return now.words.join();
  });
}

describe('what is said aloud of links', () => {
  it('is the sentence of one that became poor, once (C7)', () => {
    const [first, second, third] = saidThrough(good, poor, poor);
    expect([first, third]).toEqual(['', '']);
    expect(second).toMatch(/^Ana's voice comes unevenly/);
  });

  it('comes again only after the link was good (C7)', () => {
    expect(saidThrough(poor, fair, poor).slice(1)).toEqual(['', '']);
    expect(saidThrough(poor, good, poor)[2]).not.toBe('');
  });

  it('is nothing of people outside the call, nor outside a call', () => {
    const reach = { [design]: reachOf([participant('Ana', { quality: poor })]) };
    expect(poorLinksInWords(new Set(), { call, reach }).words).toEqual([]);
    const left = poorLinksInWords(new Set(['x']), { call: { at: 'none' }, reach });
    expect([left.words, left.told.size]).toEqual([[], 0]);
  });
});
