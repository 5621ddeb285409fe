import { subscribe } from 'node:diagnostics_channel';
import { openSync, writeSync } from 'node:fs';
import type { Socket } from 'node:net';

/** Names the file that gets every byte which this process receives on TCP connections, when this module is its `--import`. */
export const RECORD_TO = 'PARLEY_RECORD_TO';

/**
 * Lets a test search all that a server receives, though the server itself keeps nothing. HTTP is written as it came; of
 * WebSocket frames the unmasked payload, a line each. Written synchronously: what was received before a crash is in the file.
 */
const path = process.env[RECORD_TO];
if (path !== undefined) {
  const file = openSync(path, 'a', 0o600);
  subscribe('net.server.socket', (message) => {
    const { socket } = message as { socket: Socket }; // as Node documents it
    const recorder = createByteRecorder((bytes) => writeSync(file, bytes));
    // After the HTTP server has taken the connection: a listener before it would get what the server should parse.
    process.nextTick(() => socket.on('data', (chunk: Buffer) => recorder(chunk)));
  });
}

const LINE_END = Buffer.from('\n');
const HEAD_END = Buffer.from('\r\n\r\n');
const NOTHING = Buffer.alloc(0);

/** head → frames after the head of an upgrade, or → plain after any other head. */
type Phase = 'head' | 'plain' | 'frames';

/** Reads one TCP connection's bytes and hands on what to write. */
export function createByteRecorder(write: (bytes: Uint8Array) => void): (chunk: Buffer) => void {
  let phase: Phase = 'head';
  let pending: Buffer = NOTHING;

  function readHead(chunk: Buffer): Buffer {
    const from = Math.max(0, pending.length - HEAD_END.length);
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    const end = pending.indexOf(HEAD_END, from);
    if (end === -1) {
      // A head is never larger than this; whatever it is, it is written.
      if (pending.length > 65_536) phase = 'plain';
      if (phase === 'head') return NOTHING;
      write(pending);
      pending = NOTHING;
      return NOTHING;
    }
    const head = pending.subarray(0, end + HEAD_END.length);
    const rest = pending.subarray(head.length);
    write(head);
    pending = NOTHING;
    phase = /^upgrade:\s*websocket/im.test(head.toString('latin1')) ? 'frames' : 'plain';
    return rest;
  }

  function readFrames(chunk: Buffer): void {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    for (let frame = frameIn(pending); frame; frame = frameIn(pending)) {
      write(frame.payload);
      write(LINE_END);
      pending = pending.subarray(frame.sizeBytes);
    }
  }

  return (chunk) => {
    const rest = phase === 'head' ? readHead(chunk) : chunk;
    if (rest.length === 0) return;
    if (phase === 'plain') {
      write(rest);
      // The next request on the same connection may be an upgrade.
      if (rest.includes(HEAD_END)) phase = /upgrade:\s*websocket/i.test(rest.toString('latin1')) ? 'frames' : 'plain';
    } else readFrames(rest);
  };
}

/** The first complete WebSocket frame in `bytes`, unmasked; undefined while a part is missing. */
function frameIn(bytes: Buffer): { payload: Buffer; sizeBytes: number } | undefined {
  if (bytes.length < 2) return undefined;
  const second = bytes.readUInt8(1);
  const masked = (second & 0x80) !== 0;
  let length = second & 0x7f;
  let offset = 2;
  if (length === 126) {
    if (bytes.length < 4) return undefined;
    length = bytes.readUInt16BE(2);
    offset = 4;
  } else if (length === 127) {
    if (bytes.length < 10) return undefined;
    length = Number(bytes.readBigUInt64BE(2));
    offset = 10;
  }
  const bodyAt = offset + (masked ? 4 : 0);
  // Longer than the server accepts: it closes the socket, and what has arrived is what there will be.
  const available = Math.min(length, 1_048_576);
  if (bytes.length < bodyAt + available) return undefined;
  const payload = Buffer.from(bytes.subarray(bodyAt, bodyAt + available));
  if (masked) {
    const mask = bytes.subarray(offset, offset + 4);
    for (let i = 0; i < payload.length; i++) payload[i] = (payload[i] ?? 0) ^ (mask[i % 4] ?? 0);
  }
  return { payload, sizeBytes: bodyAt + available };
}
