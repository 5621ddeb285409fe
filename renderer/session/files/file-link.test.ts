import {
  accept,
  BLOCK_PART_MAX_BYTES,
  type Bytes,
  DeviceId,
  FileId,
  LIMITS,
  type Outcome,
  toBase64Url,
} from '@parley/shared/protocol';
import { describe, expect, it } from 'vitest';
import { fakeClock, settled } from '../../testing/fake-clock.ts';
import { FileLink } from './file-link.ts';
import { WINDOW_MIN_BYTES } from './send-window.ts';

const fileId = FileId.parse(toBase64Url(new Uint8Array(16).fill(2)));
const want = (index: number): string => JSON.stringify({ type: 'want', fileId, index, offset: 0 });

/** A link whose channel keeps what is sent, and whose reads wait for the test. */
function openLink() {
  const sent: (string | Bytes)[] = [];
  const reads: ((block: Outcome<Uint8Array>) => void)[] = [];
  const channel = { isOpen: true, bufferedBytes: 0 };
  const link = new FileLink({
    deviceId: DeviceId.parse(toBase64Url(new Uint8Array(32).fill(1))),
    clock: fakeClock(),
    send: (data) => {
      if (!channel.isOpen) return false;
      sent.push(data);
      if (typeof data !== 'string') channel.bufferedBytes += data.length;
      return true;
    },
    bufferedBytes: () => channel.bufferedBytes,
    readBlock: () => new Promise((resolve) => reads.push(resolve)),
    heard: () => {},
    part: () => {},
  });
  const answerRead = async () => {
    reads.shift()?.(accept(new Uint8Array(LIMITS.fileBlockBytes)));
    await settled(1);
  };
  return { link, sent, channel, reads, answerRead };
}

const sentBytes = (sent: readonly (string | Bytes)[]): number =>
  sent.reduce((bytes, data) => bytes + (typeof data === 'string' ? 0 : data.length), 0);

describe('files over one connection', () => {
  it('go out as fast as the channel takes them', async () => {
    const { link, sent, channel, answerRead } = openLink();
    link.hear(want(0));
    await answerRead();
    // Not more than the channel may hold, and one frame, however much the far end got.
    link.hear(JSON.stringify({ type: 'got', bytes: sentBytes(sent) }));
    await settled(1);
    expect(channel.bufferedBytes).toBeLessThanOrEqual(131_072 + LIMITS.fileFrameMaxBytes);
    for (let frames = -1; frames !== sent.length; ) {
      frames = sent.length;
      channel.bufferedBytes = 0;
      link.hear(JSON.stringify({ type: 'got', bytes: sentBytes(sent) }));
      link.roomCame();
      await settled(1);
    }
    expect(sent).toHaveLength(Math.ceil(LIMITS.fileBlockBytes / BLOCK_PART_MAX_BYTES));
  });

  it('wait until the far end got more, however much the channel takes', async () => {
    const { link, sent, channel, answerRead } = openLink();
    channel.bufferedBytes = Number.NEGATIVE_INFINITY;
    link.hear(want(0));
    await answerRead();
    const before = sentBytes(sent);
    expect(before).toBeLessThanOrEqual(WINDOW_MIN_BYTES + LIMITS.fileFrameMaxBytes);
    link.hear(JSON.stringify({ type: 'got', bytes: before }));
    await settled(1);
    expect(sentBytes(sent)).toBeGreaterThan(before);
  });

  it('are told of as they come', () => {
    const { link, sent } = openLink();
    const frame = new ArrayBuffer(LIMITS.fileFrameMaxBytes);
    for (let frames = 0; frames < 3; frames++) link.hear(frame);
    const told = [1, 2, 3].map((frames) => JSON.stringify({ type: 'got', bytes: frames * frame.byteLength }));
    expect(sent).toEqual(told);
  });

  it('send nothing more once it is over, whatever was being read or waited for', async () => {
    const { link, sent, channel, reads, answerRead } = openLink();
    link.hear(want(0));
    link.hear(want(1));
    await answerRead();
    const before = sent.length;
    expect(before).toBeGreaterThan(0);
    link.close();
    // The same link gets a fresh connection, which has another owner.
    channel.bufferedBytes = 0;
    link.roomCame();
    while (reads.length > 0) await answerRead();
    link.say({ type: 'held', fileIds: [fileId] });
    expect(sent).toHaveLength(before);

    const other = openLink();
    other.link.hear(want(0));
    other.link.close();
    await other.answerRead();
    expect(other.sent).toEqual([]);
  });
});
