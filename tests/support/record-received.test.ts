import { describe, expect, it } from 'vitest';
import { createByteRecorder } from './record-received.ts';

function frame(text: string, mask = [1, 2, 3, 4]): Buffer {
  const body = Buffer.from(text).map((byte, i) => byte ^ (mask[i % 4] ?? 0));
  const head =
    body.length < 126
      ? Buffer.from([0x81, 0x80 | body.length])
      : Buffer.from([0x81, 0xfe, body.length >> 8, body.length & 0xff]);
  return Buffer.concat([head, Buffer.from(mask), body]);
}
const upgrade = Buffer.from('GET /parley/ HTTP/1.1\r\nUpgrade: websocket\r\nHost: x\r\n\r\n');

function record(bytes: Buffer, chunkSize: number): string {
  const written: Buffer[] = [];
  const recorder = createByteRecorder((part) => written.push(Buffer.from(part)));
  for (let at = 0; at < bytes.length; at += chunkSize) recorder(bytes.subarray(at, at + chunkSize));
  return Buffer.concat(written).toString();
}

describe('createByteRecorder', () => {
  it.each([1, 2, 7, 64, 100_000])('writes frames unmasked, a line each, in pieces of %i bytes', (chunkSize) => {
    const long = 'x'.repeat(300);
    const bytes = Buffer.concat([upgrade, frame('2["hello"]'), frame(''), frame(long)]);
    expect(record(bytes, chunkSize)).toBe(`${upgrade.toString()}2["hello"]\n\n${long}\n`);
  });

  it('writes HTTP as it came', () => {
    const http = Buffer.from('GET /health HTTP/1.1\r\nHost: x\r\n\r\nGET /metrics HTTP/1.1\r\nHost: x\r\n\r\n');
    expect(record(http, 10)).toBe(http.toString());
  });
});
