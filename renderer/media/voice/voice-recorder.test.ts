import { LIMITS } from '@parley/shared/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import { type FakeClock, fakeClock } from '../../testing/fake-clock.ts';
import { FakeMedia } from '../testing/fake-media.ts';
import { levelsOf } from './levels.ts';
import { FakeVoice } from './testing/fake-voice.ts';
import { VoiceRecorder } from './voice-recorder.ts';

let clock: FakeClock;
let media: FakeMedia;
let voice: FakeVoice;
let heard: [elapsedMs: number, level: number][];
let ended: string[];

beforeEach(() => {
  clock = fakeClock();
  media = new FakeMedia();
  voice = new FakeVoice();
  heard = [];
  ended = [];
});

const newRecorder = () =>
  new VoiceRecorder({
    media: media.ports(),
    voice: voice.ports(),
    clock,
    heard: (elapsedMs, level) => heard.push([elapsedMs, level]),
    ended: (why) => ended.push(why),
  });

describe('recording a voice message (H10)', () => {
  it('says how long and how loud it is, and lets the microphone go', async () => {
    const recorder = newRecorder();
    expect(await recorder.start('mic-2')).toBeUndefined();
    expect(media.lights.map(({ deviceId }) => deviceId)).toEqual(['mic-2']);
    media.level = 0.5;
    clock.advance(3_200);
    media.level = 1;
    clock.advance(3_200);
    expect(heard.at(-1)).toEqual([6_400, 1]);
    const recorded = await recorder.stop();
    expect(recorded?.blob.size).toBe(100);
    expect(recorded?.voice.durationMs).toBe(6_400);
    expect(recorded?.voice.levels).toEqual([
      ...Array.from({ length: 32 }, () => 16),
      ...Array.from({ length: 32 }, () => 31),
    ]);
    expect([media.lights.length, media.meters, clock.pending]).toEqual([0, 0, 0]);
    expect(await recorder.stop()).toBeUndefined();
  });

  it('takes any microphone where the chosen one is gone', async () => {
    expect(await newRecorder().start('mic-9')).toBeUndefined();
    expect(media.lights.map(({ deviceId }) => deviceId)).toEqual(['mic-1']);
  });

  it('says in words why it cannot', async () => {
    media.microphones = [];
    expect((await newRecorder().start(null))?.message).toBe('No microphone was found. Plug one in to record.');
    media.microphones = ['mic-1'];
    media.trouble.audio = 'NotAllowedError';
    expect(await newRecorder().start(null)).toMatchObject({ code: 'microphone-denied' });
    media.trouble.audio = 'NotReadableError';
    expect(await newRecorder().start(null)).toMatchObject({ code: 'microphone-busy' });
    delete media.trouble.audio;
    voice.isAble = false;
    expect((await newRecorder().start(null))?.message).toBe('This computer cannot record sound.');
    expect(media.lights).toEqual([]);
  });

  it('ends at 15 minutes, and when the microphone is unplugged, with what was said until then', async () => {
    const longest = newRecorder();
    await longest.start(null);
    clock.advance(LIMITS.voiceMaxMs);
    expect(ended).toEqual(['longest']);
    expect((await longest.stop())?.voice.durationMs).toBe(LIMITS.voiceMaxMs);
    const unplugged = newRecorder();
    await unplugged.start(null);
    clock.advance(2_000);
    media.given.at(-1)?.unplug();
    expect(ended).toEqual(['longest', 'unplugged']);
    expect((await unplugged.stop())?.voice.durationMs).toBe(2_000);
  });

  it('is nothing where nobody had the time to say anything', async () => {
    const recorder = newRecorder();
    await recorder.start(null);
    clock.advance(100);
    expect(await recorder.stop()).toBeUndefined();
    expect(media.lights).toEqual([]);
  });

  it('lets the microphone go also where the browser breaks', async () => {
    voice.breaks = 'start';
    expect((await newRecorder().start(null))?.message).toBe('This computer cannot record sound.');
    expect([media.lights.length, clock.pending]).toEqual([0, 0]);
    voice.breaks = 'stop';
    const recorder = newRecorder();
    await recorder.start(null);
    clock.advance(2_000);
    await expect(recorder.stop()).rejects.toThrow();
    expect([media.lights.length, media.meters, clock.pending]).toEqual([0, 0, 0]);
  });

  it('goes on where its loudness cannot be measured', async () => {
    const recorder = new VoiceRecorder({
      media: {
        ...media.ports(),
        makeMeter: () => {
          throw new DOMException('too many', 'NotSupportedError');
        },
      },
      voice: voice.ports(),
      clock,
      heard: (elapsedMs, level) => heard.push([elapsedMs, level]),
      ended: (why) => ended.push(why),
    });
    expect(await recorder.start(null)).toBeUndefined();
    clock.advance(1_000);
    expect(heard.at(-1)).toEqual([1_000, 0]);
    expect((await recorder.stop())?.voice.durationMs).toBe(1_000);
    expect(media.lights).toEqual([]);
  });

  it('that is discarded before the microphone is there leaves it off', async () => {
    let open = () => {};
    media.gate = new Promise((resolve) => {
      open = resolve;
    });
    const recorder = newRecorder();
    const starting = recorder.start(null);
    recorder.discard();
    open();
    expect(await starting).toBeUndefined();
    expect([media.lights.length, media.meters, clock.pending]).toEqual([0, 0, 0]);
  });
});

describe('the loudness of a recording', () => {
  it('has as many pieces as an entry holds, however long it is', () => {
    for (const count of [0, 1, 63, 64, 65, 18_000]) {
      expect(levelsOf(Array.from({ length: count }, () => 0.5))).toHaveLength(LIMITS.voiceLevels);
    }
    expect(levelsOf([2])).toEqual(Array.from({ length: LIMITS.voiceLevels }, () => LIMITS.voiceLevelMax));
  });
});
