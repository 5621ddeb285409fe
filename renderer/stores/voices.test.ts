import { accept, LIMITS, type Outcome, RoomId, refuse, toBase64Url } from '@parley/shared/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import { FakeMedia } from '../media/testing/fake-media.ts';
import { FakeVoice } from '../media/voice/testing/fake-voice.ts';
import { type FakeClock, fakeClock, settled } from '../testing/fake-clock.ts';
import { type AppStore, createAppStore } from './app-store.ts';
import { createNotices } from './notices.ts';
import type { FileNow } from './state.ts';
import { createVoices, type Voices } from './voices.ts';

const roomId = RoomId.parse(toBase64Url(new Uint8Array(16).fill(1)));
const otherId = RoomId.parse(toBase64Url(new Uint8Array(16).fill(3)));
const fileId = toBase64Url(new Uint8Array(16).fill(2)) as FileNow['fileId']; // of the right length

let clock: FakeClock;
let media: FakeMedia;
let voice: FakeVoice;
let store: AppStore;
let voices: Voices;
let calls: [name: string, input: Record<string, unknown>][];
let written: [index: number, sizeBytes: number][];
/** The disk's answers to blocks; it takes them when there are none left. */
let answers: Outcome<never>[];
/** The core's answer to an offer, where it is a refusal. */
let refusesOffer: Outcome<never> | null;
/** Blocks that are here to be played. */
let here: number;

beforeEach(() => {
  clock = fakeClock();
  media = new FakeMedia();
  voice = new FakeVoice();
  store = createAppStore();
  calls = [];
  written = [];
  answers = [];
  refusesOffer = null;
  here = 9;
  voices = createVoices({
    store,
    notices: createNotices(store),
    ports: {
      // Answers what the contract says; only files are asked for here.
      bridge: {
        call: async (name: string, input: Record<string, unknown>) => {
          calls.push([name, input]);
          return (name === 'files.offer' && refusesOffer) || accept({ fileId });
        },
      } as never,
      content: {
        write: async (_fileId, index, bytes) => {
          const answer = answers.shift();
          if (!answer) written.push([index, bytes.length]);
          return answer ?? accept({} as never);
        },
        read: async (_fileId, index) => (index < here ? accept(new Uint8Array(3)) : refuse('file-unknown')),
      },
      ...{ clock, media: media.ports(), voice: voice.ports() },
      randomBytes: (sizeBytes) => new Uint8Array(sizeBytes),
    },
  });
});

async function record(forMs: number): Promise<void> {
  await voices.start(roomId, false);
  clock.advance(forMs);
}

describe('recordings until they are on the disk (H10)', () => {
  it('are stored whole before anything is offered to others', async () => {
    voice.recorded = new Blob([new Uint8Array(LIMITS.fileBlockBytes + 5)]);
    await record(3_000);
    expect(store.getState().recording).toMatchObject({ at: 'recording', elapsedMs: 3_000 });
    const content = await voices.finish();
    expect(content).toMatchObject({ kind: 'file', fileId, name: 'Voice message', voice: { durationMs: 3_000 } });
    expect(calls.map(([name]) => name)).toEqual(['files.offer']);
    expect(written).toEqual([
      [0, LIMITS.fileBlockBytes],
      [1, 5],
    ]);
    expect(store.getState().recording).toBeNull();
    expect([media.lights.length, clock.pending]).toEqual([0, 0]);
  });

  it('wait for a disk that is full or cannot be written, say so, and are stored once', async () => {
    answers = [refuse('disk-full'), refuse('disk-read-only'), refuse('internal')];
    await record(3_000);
    const finishing = voices.finish();
    await settled();
    expect(store.getState().unstored[roomId]).toMatchObject({ what: 'recording', refusal: { code: 'disk-full' } });
    for (let each = 0; each < 3; each++) {
      clock.advance(5_000);
      await settled();
    }
    expect(await finishing).toMatchObject({ fileId });
    expect(written).toHaveLength(1);
    expect(new Set(calls.map(([, input]) => input.salt)).size).toBe(1);
    expect(store.getState().unstored[roomId]).toBeUndefined();
  });

  it('are given up where their person says so, and leave nothing behind', async () => {
    answers = Array.from({ length: 9 }, () => refuse('disk-full'));
    await record(3_000);
    const finishing = voices.finish();
    await settled();
    store.getState().unstored[roomId]?.cancel();
    expect(await finishing).toBeUndefined();
    expect(calls.at(-1)).toEqual(['files.forget', { fileId }]);
    expect(store.getState().notices).toEqual([]);
  });

  it('that are no sound are refused once, in words', async () => {
    answers = [refuse('voice-invalid')];
    await record(3_000);
    expect(await voices.finish()).toBeUndefined();
    expect(store.getState().notices).toMatchObject([{ code: 'voice-invalid' }]);
    expect(calls.at(-1)?.[0]).toBe('files.forget');
  });

  it('say why they cannot begin, and begin when asked again', async () => {
    media.trouble.audio = 'NotAllowedError';
    await voices.start(roomId, true);
    expect(store.getState().recording).toMatchObject({ at: 'refused', trouble: { code: 'microphone-denied' } });
    delete media.trouble.audio;
    await voices.start(roomId, true);
    expect(store.getState().recording).toMatchObject({ at: 'recording', held: true });
    voices.lock();
    clock.advance(100);
    expect(store.getState().recording).toMatchObject({ held: false });
    voices.discard();
    expect(store.getState().recording).toBeNull();
    expect([media.lights.length, clock.pending, calls.length]).toEqual([0, 0, 0]);
  });

  it('are kept at their longest, with a sentence', async () => {
    await record(LIMITS.voiceMaxMs);
    await settled();
    expect(written).toHaveLength(1);
    expect(store.getState().recording).toBeNull();
    expect(store.getState().notices[0]?.text).toContain('15 minutes');
  });

  it('stop what is played', async () => {
    voices.player.play({ fileId, sizeBytes: 3, durationMs: 9_000 });
    await settled();
    expect(store.getState().playing?.at).toBe('playing');
    await voices.start(roomId, false);
    expect(store.getState().playing?.at).toBe('paused');
    voices.close();
    expect([media.lights.length, clock.pending]).toEqual([0, 0]);
  });

  it('are discarded with their room, while they run and while they wait for the disk', async () => {
    await record(3_000);
    await voices.forget(otherId);
    expect(store.getState().recording?.at).toBe('recording');
    await voices.forget(roomId);
    expect([store.getState().recording, media.lights.length, calls.length]).toEqual([null, 0, 0]);
    answers = Array.from({ length: 9 }, () => refuse('disk-full'));
    await record(3_000);
    const finishing = voices.finish();
    await settled();
    await voices.forget(roomId);
    expect(await finishing).toBeUndefined();
    expect(calls.at(-1)).toEqual(['files.forget', { fileId }]);
    expect(store.getState()).toMatchObject({ recording: null, notices: [] });
    expect(clock.pending).toBe(0);
  });

  it('are forgotten also where the disk took them while their room was deleted', async () => {
    await record(3_000);
    const finishing = voices.finish();
    await voices.forget(roomId);
    expect(await finishing).toBeUndefined();
    expect(calls.filter(([name]) => name === 'files.offer')).toHaveLength(
      calls.filter(([name]) => name === 'files.forget').length,
    );
  });

  it('of a room that is gone are given up at once', async () => {
    refusesOffer = refuse('room-unknown');
    await record(3_000);
    expect(await voices.finish()).toBeUndefined();
    expect(store.getState().notices).toMatchObject([{ code: 'room-unknown' }]);
    expect(clock.pending).toBe(0);
  });

  it('are read again where that fails, and kept until they can be', async () => {
    const whole = voice.recorded;
    let fails = 2;
    voice.recorded = Object.assign(new Blob([whole]), {});
    const { slice } = Blob.prototype;
    const failing = function (this: Blob, ...range: Parameters<typeof slice>) {
      if (fails-- > 0) throw new DOMException('no', 'NotReadableError');
      return slice.apply(this, range);
    };
    Blob.prototype.slice = failing;
    try {
      await record(3_000);
      const finishing = voices.finish();
      await settled();
      expect(store.getState().unstored[roomId]).toMatchObject({ what: 'recording' });
      for (let each = 0; each < 3; each++) {
        clock.advance(5_000);
        await settled();
      }
      expect(await finishing).toMatchObject({ fileId });
      expect(store.getState().notices).toEqual([]);
    } finally {
      Blob.prototype.slice = slice;
    }
  });

  it('that the browser breaks off end with a sentence, and the next one begins', async () => {
    voice.breaks = 'stop';
    await record(3_000);
    expect(await voices.finish()).toBeUndefined();
    expect(store.getState()).toMatchObject({
      recording: null,
      notices: [{ text: 'The recording could not be kept.' }],
    });
    voice.breaks = 'start';
    await voices.start(roomId, false);
    expect(store.getState().recording).toMatchObject({ at: 'refused' });
    voice.breaks = null;
    await voices.start(roomId, false);
    expect(store.getState().recording).toMatchObject({ at: 'recording' });
  });

  it('wait for the disk no longer than the page is there', async () => {
    answers = Array.from({ length: 9 }, () => refuse('disk-full'));
    await record(3_000);
    const finishing = voices.finish();
    await settled();
    voices.close();
    expect(await finishing).toBeUndefined();
    expect(clock.pending).toBe(0);
  });

  it('of another room begin once the disk has taken the last one, which is said', async () => {
    answers = [refuse('disk-full')];
    await record(3_000);
    const finishing = voices.finish();
    await settled();
    await voices.start(otherId, false);
    expect(store.getState().recording).toMatchObject({ roomId, at: 'storing' });
    expect(store.getState().notices).toMatchObject([{ tone: 'info', text: expect.stringContaining('another room') }]);
    clock.advance(500);
    await finishing;
    await voices.start(otherId, false);
    expect(store.getState().recording).toMatchObject({ roomId: otherId, at: 'recording' });
  });

  it('go on to their end where the rest arrives while they are played', async () => {
    here = 1;
    store.setState({ files: { [roomId]: [{ fileId } as FileNow] } });
    voices.player.play({ fileId, sizeBytes: LIMITS.fileBlockBytes + 5, durationMs: 300_000 });
    await settled();
    expect(store.getState().playing?.at).toBe('playing');
    here = 2;
    store.setState({ files: { [roomId]: [{ fileId } as FileNow] } });
    await settled();
    expect(voice.sounds[0]).toMatchObject({ bytes: [3, 3], whole: true });
  });

  it('are heard no more once their message is deleted', async () => {
    const file = { fileId } as FileNow;
    store.setState({ files: { [roomId]: [file] } });
    voices.player.play({ fileId, sizeBytes: 3, durationMs: 9_000 });
    await settled();
    store.setState({ files: { [roomId]: [] } });
    expect(store.getState().playing).toBeNull();
    expect(voice.sounds[0]?.isClosed).toBe(true);
  });
});
