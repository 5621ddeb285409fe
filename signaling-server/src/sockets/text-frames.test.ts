import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { framesOf } from './text-frames.ts';

it('are read by the far end as they were said, whatever their length and characters', async () => {
  const http = createServer().listen(0, '127.0.0.1');
  const server = new WebSocketServer({ server: http });
  await once(http, 'listening');
  onTestFinished(() => {
    for (const client of server.clients) client.terminate();
    http.close();
  });
  const client = new WebSocket(`ws://127.0.0.1:${(http.address() as AddressInfo).port}`);
  const sizes = [0, 1, 123, 124, 125, 126, 65_533, 65_534, 65_535, 65_536, 70_000];
  // As characters of one byte, and with the last ones of two, three and four.
  const packets = sizes.flatMap((size) => [
    'x'.repeat(size),
    ...['é', 'Ł', '€', '😀'].map((last) => `${'x'.repeat(Math.max(0, size - Buffer.byteLength(last)))}${last}`),
  ]);
  const heard: string[] = [];
  const all = new Promise<void>((resolve) => {
    client.on('message', (data, isBinary) => {
      heard.push(isBinary || !Buffer.isBuffer(data) ? 'binary' : data.toString());
      if (heard.length === packets.length) resolve();
    });
    client.on('error', (error) => {
      heard.push(error.message);
      resolve();
    });
  });
  server.on('connection', (_socket, { socket }) => socket.write(framesOf(packets)));
  await all;
  expect(heard).toEqual(packets.map((packet) => `4${packet}`));
});
