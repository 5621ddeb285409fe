import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { expect, it, onTestFinished } from 'vitest';
import { testRelay } from './relay-test.ts';
import { ATTRIBUTE, encodeAttributes, header } from './turn-message.ts';

it('a relay that still knows the local port is tried from three other ports (S19)', async () => {
  const relay = createSocket('udp4');
  onTestFinished(() => void relay.close());
  relay.bind(0, '127.0.0.1');
  await once(relay, 'listening');
  const ports = new Set<number>();
  const allocationMismatch = encodeAttributes([[ATTRIBUTE.errorCode, Buffer.from([0, 0, 4, 37])]]);
  relay.on('message', (asked, { port, address }) => {
    ports.add(port);
    const head = header(0x0113, asked.subarray(8, 20), allocationMismatch.length);
    relay.send(Buffer.concat([head, allocationMismatch]), port, address);
  });
  const verdict = await testRelay(`turn:127.0.0.1:${relay.address().port}`, () => ({
    username: 'someone',
    credential: 'secret',
  }));
  expect(verdict).toMatchObject({ at: 'failed', sentence: expect.stringContaining('STUN error 437') });
  expect(ports.size).toBe(4);
});
