import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ServerHost } from '@parley/shared/model';
import { describe, expect, it, onTestFinished } from 'vitest';
import { silentLog } from '../adapters/stream-log.ts';
import { socketOpener, socketUrlOf } from './socket.ts';
import { systemTrust } from './system-trust.ts';

describe('a signaling socket', () => {
  it.each([
    ['127.0.0.1:7350', 'ws://127.0.0.1:7350'],
    ['localhost:80', 'ws://localhost:80'],
    ['10.1.2.3', 'ws://10.1.2.3'],
    ['172.31.0.1:1', 'ws://172.31.0.1:1'],
    ['172.32.0.1:1', 'wss://172.32.0.1:1'],
    ['192.168.7.9', 'ws://192.168.7.9'],
    ['studio.local:7350', 'ws://studio.local:7350'],
    ['[::1]:7350', 'ws://[::1]:7350'],
    ['8.8.8.8', 'wss://8.8.8.8'],
    ['10.example.org', 'wss://10.example.org'],
    ['example.org', 'wss://example.org'],
  ])('connects to %s at %s', (text, url) => {
    expect(socketUrlOf(ServerHost.parse(text))).toBe(url);
  });

  it('follows no redirect and says that nothing answered', async () => {
    const asked: string[] = [];
    const server = createServer();
    server.on('upgrade', (request, socket) => {
      asked.push(request.headers.host ?? '');
      socket.end('HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\nConnection: close\r\n\r\n');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const host = ServerHost.parse(`127.0.0.1:${(server.address() as AddressInfo).port}`);
    const said = await new Promise<unknown>((resolve) => {
      socketOpener(systemTrust(silentLog))(
        host,
        { v: 1 },
        {
          opened: () => resolve('opened'),
          failed: resolve,
          closed: () => resolve('closed'),
          heard: () => {},
        },
      );
    });
    expect(said).toBeUndefined();
    expect(asked).toEqual([host]);
  });
});
