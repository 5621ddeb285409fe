import { isolated } from '@parley/shared/model';
import { CallTrouble } from '@parley/shared/protocol';
import { describe, expect, it } from 'vitest';
import type { QualityCause } from '../../stores/state.ts';
import { causeSentence, causeWords, qualitySentence, qualityWords, troubleSentences } from './quality-words.ts';

/** One of each kind; `satisfies` keeps the list whole. */
const causes = {
  'own-computer': { kind: 'own-computer' },
  'own-uplink': { kind: 'own-uplink', lossRatio: 0.08 },
  'own-downlink': { kind: 'own-downlink', lossRatio: 0.08 },
  'their-computer': { kind: 'their-computer' },
  'their-uplink': { kind: 'their-uplink', lossRatio: 0.08 },
  'their-downlink': { kind: 'their-downlink', lossRatio: null },
  'packet-loss': { kind: 'packet-loss', direction: 'received', lossRatio: 0.08, alone: false },
  'narrow-way': { kind: 'narrow-way' },
  'uneven-way': { kind: 'uneven-way' },
  'far-relay': { kind: 'far-relay', roundTripMs: 640 },
  'far-away': { kind: 'far-away', roundTripMs: 640 },
  'few-frames': { kind: 'few-frames', framesPerSecond: 3 },
  'silent-microphone': { kind: 'silent-microphone' },
} satisfies { [K in QualityCause['kind']]: Extract<QualityCause, { kind: K }> };

describe('the words of a connection', () => {
  it.each(Object.values(causes))(
    'say what is so about $kind, and name people apart from the sentence (C7)',
    (cause) => {
      const sentence = causeSentence(cause, 'נועה');
      expect(sentence).toMatch(/^[\p{Lu}\u2068\d].*\.$/u);
      expect(sentence).not.toMatch(/undefined|NaN|null/);
      // A name from right to left would turn the words around it.
      expect(sentence.replaceAll(isolated('נועה'), '')).not.toContain('נועה');
      expect(causeWords[cause.kind]).toMatch(/^[a-z]/);
    },
  );

  it('name the share and the time as people read them (C7)', () => {
    expect(causeSentence(causes['their-uplink'], 'Ana')).toContain(
      `${isolated('Ana')}'s network is losing packets (8 %).`,
    );
    expect(causeSentence(causes['far-relay'], 'Ana')).toContain('0.6 seconds');
  });

  it('tell which direction loses, and whether it is this way alone (C7)', () => {
    const { direction: _, ...loss } = causes['packet-loss'];
    const words = (direction: 'received' | 'sent', alone: boolean) =>
      causeSentence({ ...loss, direction, alone }, 'Ana').replaceAll(isolated('Ana'), 'Ana');
    expect(words('received', false)).toContain('8 % of what Ana sends does not reach you.');
    expect(words('sent', false)).toContain('8 % of what you send does not reach Ana.');
    expect(words('sent', true)).toContain('Your other connections are fine');
  });

  it('are a level with its cause, or the level alone (C7)', () => {
    expect(qualityWords({ level: 'poor', cause: causes['far-relay'] })).toBe('Poor connection: far relay');
    expect(qualityWords({ level: 'good' })).toBe('Good connection');
    expect(qualitySentence({ quality: { level: 'unknown' }, name: 'Ana' })).toBe('Measuring the connection.');
  });

  it('are there for everything that may be wrong at this end (C7)', () => {
    for (const trouble of CallTrouble.options) expect(troubleSentences[trouble]).toMatch(/\.$/);
  });
});
