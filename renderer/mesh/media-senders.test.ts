import { beforeEach, describe, expect, it } from 'vitest';
import { noLog } from '../log.ts';
import { settled } from '../testing/fake-clock.ts';
import { MediaSenders } from './media-senders.ts';
import { fakeTrack } from './testing/fake-peers.ts';
import type { VideoLimits } from './video-limits.ts';

const limits = (scale: number): VideoLimits => ({ active: true, scale, maxFramerate: 15, maxBitrateBps: 100_000 });

describe('the limits of what a connection sends', () => {
  let set: (number | undefined)[];
  /** Whether a whole picture was asked for, each time. */
  let whole: (boolean | undefined)[];
  let release: () => void;
  let sender: RTCRtpSender;
  beforeEach(() => {
    set = [];
    whole = [];
    release = () => {};
    let given = 0;
    let free = true;
    const used = {
      track: fakeTrack('video'),
      getParameters: () => ({ transactionId: String(++given), encodings: [{ active: true }] }),
      setParameters: async (
        { transactionId, encodings }: RTCRtpSendParameters,
        { encodingOptions }: { encodingOptions: { keyFrame: boolean }[] },
      ) => {
        // As browsers do: one at a time, on top of the last ones that were given.
        if (!free || transactionId !== String(given)) throw new DOMException('stale', 'InvalidModificationError');
        free = false;
        await new Promise<void>((resolve) => {
          release = resolve;
        });
        free = true;
        set.push(encodings[0]?.scaleResolutionDownBy);
        whole.push(encodingOptions[0]?.keyFrame);
      },
    };
    sender = used as unknown as RTCRtpSender; // what is used of one
  });

  it('wait for their sender', async () => {
    const senders = new MediaSenders(noLog);
    senders.limit('camera', limits(2));
    await settled();
    expect(set).toEqual([]);
    senders.added('camera', sender);
    await settled();
    release();
    await settled();
    expect(set).toEqual([2]);
  });

  it('are set one after the other, and only the last of those that waited', async () => {
    const senders = new MediaSenders(noLog);
    senders.added('camera', sender);
    for (const scale of [1, 2, 3, 4]) senders.limit('camera', limits(scale));
    for (let turn = 0; turn < 4; turn++) {
      await settled();
      release();
    }
    await settled();
    expect(set).toEqual([1, 4]);
  });

  it('let a whole picture be sent, after those that are being set and once for many wishes', async () => {
    const senders = new MediaSenders(noLog);
    senders.added('camera', sender);
    senders.refresh();
    senders.limit('camera', limits(2));
    senders.refresh();
    senders.refresh();
    for (let turn = 0; turn < 5; turn++) {
      await settled();
      release();
    }
    await settled();
    expect(set).toEqual([undefined, 2]);
    expect(whole).toEqual([true, true]);
    senders.limit('camera', limits(3));
    await settled();
    release();
    await settled();
    expect(whole).toEqual([true, true, false]);
  });

  it('lets a voice go first', async () => {
    const taken: RTCRtpSendParameters[] = [];
    const voice = {
      getParameters: () => ({ transactionId: '1', encodings: [{}] }),
      setParameters: async (parameters: RTCRtpSendParameters) => void taken.push(parameters),
    };
    new MediaSenders(noLog).added('voice', voice as unknown as RTCRtpSender); // what is used of one
    await settled();
    expect(taken.map(({ encodings }) => encodings)).toMatchObject([[{ priority: 'high', networkPriority: 'high' }]]);
  });

  describe('of sound (C10)', () => {
    const soundSender = (bitrates: (number | undefined)[]) =>
      ({
        getParameters: () => ({ encodings: [{}] }),
        setParameters: async ({ encodings }: RTCRtpSendParameters) => {
          bitrates.push(encodings[0]?.maxBitrate);
        },
      }) as unknown as RTCRtpSender; // what is used of one
    const sound = (contentHint: string) => Object.assign(fakeTrack('audio'), { contentHint });

    it('give music four times as much as a voice, and take it back', async () => {
      const bitrates: (number | undefined)[] = [];
      const senders = new MediaSenders(noLog);
      senders.added('voice', soundSender(bitrates));
      await settled();
      for (const hint of ['music', 'music', 'speech']) {
        senders.put('voice', sound(hint));
        await settled();
      }
      senders.put('voice', null);
      await settled();
      expect(bitrates).toEqual([32_000, 128_000, 32_000]);
    });

    it('wait for their place', async () => {
      const bitrates: (number | undefined)[] = [];
      const senders = new MediaSenders(noLog);
      senders.put('voice', sound('music'));
      senders.added('voice', soundSender(bitrates));
      await settled();
      expect(bitrates).toEqual([128_000]);
    });

    it('leave the sound of a screen in stereo', async () => {
      const bitrates: (number | undefined)[] = [];
      const senders = new MediaSenders(noLog);
      senders.added('screenSound', soundSender(bitrates));
      senders.put('screenSound', sound(''));
      await settled();
      expect(bitrates).toEqual([96_000]);
    });
  });
});
