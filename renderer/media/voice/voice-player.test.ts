import { accept, FileId, LIMITS, refuse, toBase64Url } from '@parley/shared/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import { type FakeClock, fakeClock, settled } from '../../testing/fake-clock.ts';
import { FakeVoice } from './testing/fake-voice.ts';
import { VoicePlayer, type VoicePlaying } from './voice-player.ts';

const fileOf = (seed: number): FileId => FileId.parse(toBase64Url(new Uint8Array(16).fill(seed)));
const long = { fileId: fileOf(1), sizeBytes: 2 * LIMITS.fileBlockBytes + 5, durationMs: 600_000 };
const short = { fileId: fileOf(2), sizeBytes: 5_000, durationMs: 9_000 };

let clock: FakeClock;
let browser: FakeVoice;
let here: number;
let now: VoicePlaying | null;
let player: VoicePlayer;

beforeEach(() => {
  clock = fakeClock();
  browser = new FakeVoice();
  here = 3;
  now = null;
  player = new VoicePlayer({
    voice: browser.ports(),
    read: async (_fileId, index) => (index < here ? accept(new Uint8Array(index + 1)) : refuse('file-unknown')),
    clock,
    speakerId: () => null,
    changed: (playing) => {
      now = playing;
    },
  });
});
const soundAt = (index: number) => {
  const sound = browser.sounds[index];
  if (!sound) throw new Error('nothing is played');
  return sound;
};

describe('playing a voice message (H10)', () => {
  it('gives the sound every block in its order, and says where it is', async () => {
    player.play(long);
    expect(now).toEqual({ fileId: long.fileId, at: 'loading', positionMs: 0 });
    await settled();
    expect(soundAt(0)).toMatchObject({ bytes: [1, 2, 3], whole: true });
    expect(now?.at).toBe('playing');
    soundAt(0).positionMs = 1_234;
    clock.advance(100);
    expect(now).toEqual({ fileId: long.fileId, at: 'playing', positionMs: 1_234 });
  });

  it('begins before its end is here, and goes on as more arrives', async () => {
    here = 1;
    player.play(long);
    await settled();
    expect(soundAt(0)).toMatchObject({ bytes: [1], whole: false });
    expect(now?.at).toBe('playing');
    soundAt(0).events.waiting();
    expect(now?.at).toBe('loading');
    here = 3;
    player.arrived(long.fileId);
    await settled();
    expect(soundAt(0)).toMatchObject({ bytes: [1, 2, 3], whole: true });
    soundAt(0).events.playing();
    expect(now?.at).toBe('playing');
  });

  it('looks once more when it has nothing to play, for what came meanwhile', async () => {
    here = 1;
    player.play(long);
    await settled();
    here = 3;
    soundAt(0).events.waiting();
    await settled();
    expect(soundAt(0)).toMatchObject({ bytes: [1, 2, 3], whole: true });
  });

  it('waits where nothing is here yet, and misses nothing that arrives while it looks', async () => {
    here = 0;
    player.play(short);
    player.arrived(short.fileId);
    here = 1;
    await settled();
    expect(soundAt(0)).toMatchObject({ bytes: [1], whole: true });
  });

  it('ends one when another begins', async () => {
    player.play(long);
    await settled();
    player.play(short);
    await settled();
    expect(soundAt(0).isClosed).toBe(true);
    expect(now).toMatchObject({ fileId: short.fileId, at: 'playing' });
    // What the first one says late is not about the second.
    soundAt(0).events.ended();
    expect(now).toMatchObject({ fileId: short.fileId, at: 'playing' });
  });

  it('goes to a place within it, also before it plays, and starts over from its end', async () => {
    player.seek(short, 4_000);
    expect(now).toEqual({ fileId: short.fileId, at: 'paused', positionMs: 4_000 });
    player.seek(short, 99_000);
    expect(soundAt(0).positionMs).toBe(9_000);
    player.seek(short, -5);
    expect(soundAt(0).positionMs).toBe(0);
    player.play(short);
    await settled();
    soundAt(0).events.ended();
    expect(now).toEqual({ fileId: short.fileId, at: 'paused', positionMs: 9_000 });
    player.play(short);
    expect(soundAt(0).positionMs).toBe(0);
    expect(browser.sounds).toHaveLength(1);
  });

  it('keeps its speed from one to the next', () => {
    player.setSpeed(1.5);
    player.play(short);
    expect(soundAt(0).speed).toBe(1.5);
    player.setSpeed(2);
    expect(soundAt(0).speed).toBe(2);
  });

  it('says so when the bytes are no sound, or the browser cannot play, and tries anew when asked (P10)', async () => {
    browser.isNoise = true;
    player.play(short);
    await settled();
    expect(now?.at).toBe('failed');
    browser.isNoise = false;
    player.play(short);
    await settled();
    expect(now?.at).toBe('playing');
    browser.isAble = false;
    player.play(long);
    expect(now?.at).toBe('failed');
  });

  it('leaves nothing running once it is closed', async () => {
    player.play(short);
    await settled();
    player.close();
    expect(now).toBeNull();
    expect(soundAt(0).isClosed).toBe(true);
    expect(clock.pending).toBe(0);
  });
});
