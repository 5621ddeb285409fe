import { once } from 'node:events';
import { Server, Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { capConnections } from './connection-cap.ts';

function capped(connectionsPerAddress: number, trustProxy: readonly string[] = []) {
  const server = new Server();
  let cuts = 0;
  const cutAll = capConnections(server, { connectionsPerAddress, trustProxy }, () => {
    cuts += 1;
  });
  const connect = (remoteAddress: string): Socket => {
    const socket = Object.defineProperty(new Socket(), 'remoteAddress', { value: remoteAddress });
    server.emit('connection', socket);
    return socket;
  };
  return { connect, cutAll, cuts: () => cuts };
}

describe('the TCP connections of an address (R2, P4)', () => {
  it('are as many as it may have, a home of IPv6 as one, and a closed one makes room', async () => {
    const { connect, cuts } = capped(2);
    const open = ['203.0.113.1', '203.0.113.1', '203.0.113.2', '2001:db8::1', '2001:db8::2'].map(connect);
    expect(open.every((socket) => !socket.destroyed)).toBe(true);
    expect([connect('203.0.113.1').destroyed, connect('2001:db8::3').destroyed, cuts()]).toEqual([true, true, 2]);
    const [first] = open;
    first?.destroy();
    if (first) await once(first, 'close');
    expect(connect('203.0.113.1').destroyed).toBe(false);
    expect(connect('203.0.113.1').destroyed).toBe(true);
  });

  it('are not counted of a trusted proxy, nor where the limit is lifted', () => {
    for (const { connect, cuts } of [capped(1, ['10.0.0.1']), capped(0)]) {
      for (let n = 0; n < 10; n++) expect(connect('10.0.0.1').destroyed).toBe(false);
      expect(cuts()).toBe(0);
    }
  });

  it('all end at once when the server says so, those of proxies too', () => {
    const { connect, cutAll } = capped(5, ['10.0.0.1']);
    const open = ['10.0.0.1', '203.0.113.1'].map(connect);
    cutAll();
    expect(open.every((socket) => socket.destroyed)).toBe(true);
  });
});
