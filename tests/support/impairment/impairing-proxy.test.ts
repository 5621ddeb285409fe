import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { until } from '../wait.ts';
import { openImpairingProxy } from './impairing-proxy.ts';

const HERE = '127.0.0.1';
const undos: (() => unknown)[] = [];
afterEach(async () => {
  for (const undo of undos.splice(0).toReversed()) await undo();
});

/** A program that answers everything with itself, over UDP and TCP, behind an impairing proxy. */
async function openEcho(onlyFrom = '') {
  const tcp = createServer((socket) => socket.pipe(socket)).listen(0, HERE);
  await once(tcp, 'listening');
  undos.push(() => tcp.close());
  const bound = tcp.address();
  if (bound === null || typeof bound === 'string') throw new Error('no port');
  const udp = createSocket('udp4');
  udp.on('message', (bytes, { address, port }) => udp.send(bytes, port, address));
  udp.bind(bound.port, HERE);
  await once(udp, 'listening');
  undos.push(() => udp.close());
  const proxy = await openImpairingProxy({
    listen: { address: HERE, port: 0 },
    target: { address: HERE, port: bound.port },
    seed: 7,
    onlyFrom,
  });
  undos.push(() => proxy.close());
  return proxy;
}

/** Somebody who sends datagrams and keeps what comes back. */
async function openClient(port: number) {
  const socket = createSocket('udp4');
  const heard: string[] = [];
  socket.on('message', (bytes) => heard.push(bytes.toString()));
  socket.bind(0, HERE);
  await once(socket, 'listening');
  undos.push(() => socket.close());
  return { heard, say: (text: string) => socket.send(text, port, HERE) };
}

describe('the impairing proxy', () => {
  it('brings datagrams to the program and each answer to the one who asked', async () => {
    const { port } = await openEcho();
    const [ana, ben] = [await openClient(port), await openClient(port)];
    ana.say('from Ana');
    ben.say('from Ben');
    await until('both answers', () => ana.heard.length > 0 && ben.heard.length > 0);
    expect([ana.heard, ben.heard]).toEqual([['from Ana'], ['from Ben']]);
  });

  it('loses datagrams in a blackout, and none after it', async () => {
    const proxy = await openEcho();
    const ana = await openClient(proxy.port);
    proxy.impair({ isBlackedOut: true });
    ana.say('lost');
    await until('the datagram to be read', () => proxy.taken === 1);
    proxy.impair({});
    ana.say('found');
    await until('the answer', () => ana.heard.length > 0);
    expect(ana.heard).toEqual(['found']);
  });

  it('leaves others alone than those whom it is told', async () => {
    const proxy = await openEcho('192.0.2.');
    const ana = await openClient(proxy.port);
    proxy.impair({ isBlackedOut: true });
    ana.say('not from there');
    await until('the answer', () => ana.heard.length > 0);
  });

  it('carries a connection to its end, also while the network is bad', async () => {
    const proxy = await openEcho();
    proxy.impair({ delayMs: 5, jitterMs: 20, lossRatio: 0.1 });
    const socket = connect(proxy.port, HERE);
    let heard = '';
    socket.on('data', (bytes) => {
      heard += bytes.toString();
    });
    const text = 'a word '.repeat(20_000);
    socket.end(text);
    await once(socket, 'close');
    expect(heard).toBe(text);
  });
});
