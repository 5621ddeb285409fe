import {
  accept,
  BLOCK_PART_MAX_BYTES,
  type BlockPart,
  type Bytes,
  DeviceId,
  FileId,
  LIMITS,
  type Outcome,
  toBase64Url,
  writeBlockPart,
} from '@parley/shared/protocol';
import { describe, expect, it } from 'vitest';
import { fakeClock, settled } from '../../testing/fake-clock.ts';
import { FileLink } from './file-link.ts';

const fileId = FileId.parse(toBase64Url(new Uint8Array(16).fill(2)));
const want = (index: number): string => JSON.stringify({ type: 'want', fileId, index, offset: 0 });

/** A link whose channel keeps what is sent, and whose reads wait for the test. */
function openLink(parts: BlockPart[] = []) {
  const clock = fakeClock();
  const sent: (string | Bytes)[] = [];
  const reads: ((block: Outcome<Uint8Array>) => void)[] = [];
  const channel = { isOpen: true, bufferedBytes: 0 };
  const link = new FileLink({
    deviceId: DeviceId.parse(toBase64Url(new Uint8Array(32).fill(1))),
    clock,
    send: (data) => {
      if (!channel.isOpen) return false;
      sent.push(data);
      if (typeof data !== 'string') channel.bufferedBytes += data.length;
      return true;
    },
    bufferedBytes: () => channel.bufferedBytes,
    readBlock: () => new Promise((resolve) => reads.push(resolve)),
    heard: () => {},
    part: (part) => parts.push(part),
  });
  const answerRead = async () => {
    reads.shift()?.(accept(new Uint8Array(LIMITS.fileBlockBytes)));
    await settled(1);
  };
  /** The far end got everything. */
  const answerGot = async () => {
    const bytes = bytesOf(sent);
    channel.bufferedBytes = 0;
    link.hear(JSON.stringify({ type: 'got', bytes }));
    await settled(1);
  };
  return { link, clock, sent, channel, reads, answerRead, answerGot };
}

const bytesOf = (sent: readonly (string | Bytes)[]): number =>
  sent.reduce((sum, data) => sum + (typeof data === 'string' ? 0 : data.length), 0);

describe('files over one connection', () => {
  it('go out as fast as they arrive, all of a block', async () => {
    const { link, clock, sent, answerRead, answerGot } = openLink();
    link.hear(want(0));
    await answerRead();
    const headers = LIMITS.fileFrameMaxBytes - BLOCK_PART_MAX_BYTES;
    for (let frames = -1; frames !== sent.length; ) {
      frames = sent.length;
      clock.advance(5);
      await answerGot();
    }
    expect(bytesOf(sent)).toBe(LIMITS.fileBlockBytes + sent.length * headers);
    // Larger ones where they arrive soon.
    expect(Math.max(...sent.map(({ length }) => length))).toBeGreaterThan(sent[0]?.length ?? 0);
  });

  it('wait while the channel is full, and while the far end did not get what was sent', async () => {
    const { link, sent, channel, answerRead, answerGot } = openLink();
    channel.bufferedBytes = 131_072;
    link.hear(want(0));
    await answerRead();
    expect(sent).toEqual([]);
    channel.bufferedBytes = 0;
    link.roomCame();
    await settled(1);
    const first = bytesOf(sent);
    expect(first).toBeGreaterThan(0);
    expect(first).toBeLessThanOrEqual(LIMITS.fileFrameMaxBytes);
    // Room in the channel alone is none on the way.
    channel.bufferedBytes = 0;
    link.roomCame();
    await settled(1);
    expect(bytesOf(sent)).toBe(first);
    await answerGot();
    expect(bytesOf(sent)).toBeGreaterThan(first);
  });

  it('go on with little where the far end never says what it got, and leave no timer', async () => {
    const { link, clock, sent, channel, answerRead } = openLink();
    link.hear(want(0));
    await answerRead();
    for (let seconds = 0; seconds < 400; seconds++) {
      channel.bufferedBytes = 0;
      clock.advance(1_000);
      await settled(1);
    }
    expect(bytesOf(sent)).toBeGreaterThan(LIMITS.fileBlockBytes);
    expect(clock.pending).toBe(0);
    link.hear(want(1));
    await answerRead();
    expect(clock.pending).toBe(1);
    link.close();
    expect(clock.pending).toBe(0);
  });

  it('are told of by the far end once for each frame: more is not listened to', async () => {
    const { link, sent, answerRead, answerGot } = openLink();
    link.hear(want(0));
    await answerRead();
    const first = sent.length;
    for (let bytes = 1; bytes <= first; bytes++) link.hear(JSON.stringify({ type: 'got', bytes }));
    await answerGot();
    expect(sent).toHaveLength(first);
  });

  it('are answered with how much came, frame by frame', () => {
    const parts: BlockPart[] = [];
    const { link, sent } = openLink(parts);
    for (const length of [100, 50]) {
      const frame = writeBlockPart({ fileId, index: 0, offset: 0, bytes: new Uint8Array(length) });
      link.hear(frame.buffer);
    }
    expect(parts).toHaveLength(2);
    expect(sent).toEqual(['{"type":"got","bytes":124}', '{"type":"got","bytes":198}']);
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
