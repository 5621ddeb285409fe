import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { TurnClient } from './turn-client.ts';
import { ATTRIBUTE, encodeAttributes, header, INDICATION } from './turn-message.ts';

const CREDENTIALS = { username: 'someone', credential: 'secret' };

describe('the client that tests a relay (S19)', () => {
  it('leaves no socket open when it cannot connect', async () => {
    const sockets = () => process.getActiveResourcesInfo().filter((name) => name === 'UDPWrap').length;
    const before = sockets();
    // The broadcast address is refused to a socket that did not ask for it.
    const opening = TurnClient.open({ address: '255.255.255.255', port: 3478 }, CREDENTIALS);
    await expect(opening).rejects.toThrow();
    await expect.poll(sockets).toBe(before);
  });

  it.each([0, 1, 7, 9])('drops data whose address has %d bytes, and goes on', async (size) => {
    const relay = createSocket('udp4');
    relay.bind(0, '127.0.0.1');
    await once(relay, 'listening');
    const body = encodeAttributes([
      [ATTRIBUTE.peerAddress, Buffer.alloc(size)],
      [ATTRIBUTE.data, Buffer.from('hello')],
    ]);
    relay.on('message', (asked, { port, address }) => {
      relay.send(Buffer.concat([header(INDICATION.data, Buffer.alloc(12), body.length), body]), port, address);
      // An answer to the request: an error response without attributes.
      relay.send(header(0x0113, asked.subarray(8, 20), 0), port, address);
    });
    const { port } = relay.address();
    const client = await TurnClient.open({ address: '127.0.0.1', port }, CREDENTIALS);
    await client.allocate();
    expect(client.received).toEqual([]);
    await client.close();
    relay.close();
  });
});
