import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { TurnClient } from './turn-client.ts';
import { ATTRIBUTE, encodeAttributes, header } from './turn-message.ts';

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

  it.each([0, 1, 7, 9])('takes no relayed address of %d bytes, and goes on', async (size) => {
    const relay = createSocket('udp4');
    onTestFinished(() => void relay.close());
    relay.bind(0, '127.0.0.1');
    await once(relay, 'listening');
    const answers: [type: number, body: Buffer][] = [
      [0x0113, encodeAttributes([[ATTRIBUTE.errorCode, Buffer.from([0, 0, 4, 1])]])],
      [0x0103, encodeAttributes([[ATTRIBUTE.relayedAddress, Buffer.alloc(size)]])],
      // To the request that gives the allocation back.
      [0x0104, Buffer.alloc(0)],
    ];
    relay.on('message', (asked, { port, address }) => {
      const [type, body] = answers.shift() ?? [0, Buffer.alloc(0)];
      relay.send(Buffer.concat([header(type, asked.subarray(8, 20), body.length), body]), port, address);
    });
    const client = await TurnClient.open({ address: '127.0.0.1', port: relay.address().port }, CREDENTIALS);
    const answer = await client.allocate();
    expect([answer.code, answer.relayed]).toEqual([0, undefined]);
    await client.close();
    expect(answers).toEqual([]);
  });
});
