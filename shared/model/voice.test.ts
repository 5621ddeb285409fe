import { describe, expect, it } from 'vitest';
import { toBase64Url } from '../base/bytes.ts';
import { LIMITS } from '../base/limits.ts';
import { FileMessage } from '../protocol/files.ts';
import { entryBodyBytes } from '../sealing/entry.ts';
import { Entry, EntryContent } from './entry.ts';
import { VOICE_NAME } from './voice.ts';

const bytes = (sizeBytes: number): string => toBase64Url(new Uint8Array(sizeBytes).fill(7));
const levels = Array.from({ length: LIMITS.voiceLevels }, (_, at) => at % 32);
const voice = { durationMs: 65_000, levels };
const facts = { name: VOICE_NAME, folders: [] as string[], sizeBytes: 200_000, root: bytes(32) };
const body = { ...facts, salt: bytes(16), voice };
const entryWith = (changed: object) => ({
  ...{ id: bytes(16), roomId: bytes(16), author: bytes(32), authorName: 'Ana', seq: 1, clock: 1, sentAt: 5 },
  ...{ digest: bytes(32), sig: bytes(64), kind: 'file', of: null, body: { ...body, ...changed } },
});

const HOSTILE: Record<string, object> = {
  'a waveform of a million levels': { voice: { ...voice, levels: Array.from({ length: 1_000_000 }, () => 3) } },
  'a waveform that is too short': { voice: { ...voice, levels: levels.slice(1) } },
  'a level above the loudest': { voice: { ...voice, levels: [...levels.slice(1), LIMITS.voiceLevelMax + 1] } },
  'a level below silence': { voice: { ...voice, levels: [...levels.slice(1), -1] } },
  'a level that is none': { voice: { ...voice, levels: [...levels.slice(1), 'loud'] } },
  'a negative duration': { voice: { ...voice, durationMs: -1 } },
  'no duration': { voice: { levels } },
  'a duration of nothing': { voice: { ...voice, durationMs: 0 } },
  'half a millisecond': { voice: { ...voice, durationMs: 0.5 } },
  'more than 15 minutes': { voice: { ...voice, durationMs: LIMITS.voiceMaxMs + 1 } },
  'the name of a program': { name: 'setup.exe' },
  'a folder around it': { folders: ['..'] },
  'more bytes than a voice message has': { sizeBytes: LIMITS.voiceMaxBytes + 1 },
  'no bytes': { sizeBytes: 0 },
};

describe('the entry of a voice message (H10)', () => {
  it('holds how long and how loud it is', () => {
    expect(Entry.parse(entryWith({}))).toMatchObject({ body: { voice } });
    const content = { ...facts, kind: 'file', fileId: bytes(16), salt: bytes(16), voice };
    expect(EntryContent.parse(content)).toMatchObject({ voice });
  });

  it.each(Object.entries(HOSTILE))('is refused with %s', (_what, changed) => {
    expect(Entry.safeParse(entryWith(changed)).success).toBe(false);
    const content = { ...facts, kind: 'file', fileId: bytes(16), salt: bytes(16), voice, ...changed };
    expect(EntryContent.safeParse(content).success).toBe(false);
  });

  it('is signed with all of it: none of that can be changed, added or taken away', () => {
    const { voice: _voice, ...file } = body;
    const variants = [
      body,
      file,
      { ...body, voice: { ...voice, durationMs: 65_001 } },
      { ...body, voice: { ...voice, levels: [...levels].reverse() } },
    ].map((each) => toBase64Url(entryBodyBytes(each as typeof body)));
    expect(new Set(variants).size).toBe(variants.length);
  });

  it('is the only offer of it: another way would load what no message shows', () => {
    const offer = { ...facts, fileId: bytes(16), salt: bytes(16), voice, offeredAt: 5, round: 1 };
    const said = FileMessage.parse({ type: 'offers', offers: [offer] });
    expect(said).not.toHaveProperty('offers.0.voice');
  });
});
