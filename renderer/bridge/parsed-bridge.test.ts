import { RoomId } from '@parley/shared/protocol';
import { describe, expect, it } from 'vitest';
import { noLog } from '../log.ts';
import { type LoopbackPage, loopbackCarrier } from './loopback-carrier.ts';
import { type Carrier, parsedBridge } from './parsed-bridge.ts';

const roomId = RoomId.parse('AAAAAAAAAAAAAAAAAAAAAA');
const carrierAnswering = (answer: () => Promise<unknown>): Carrier => ({ call: answer, on: () => () => {} });

describe('bridge', () => {
  it('answers what the core answered, parsed', async () => {
    const answer = { ok: true, value: { heads: [], upTo: null } };
    const bridge = parsedBridge(
      carrierAnswering(async () => answer),
      noLog,
    );
    expect(await bridge.call('history.heads', { roomId })).toEqual(answer);
  });

  it('passes a refusal on with its code and sentence', async () => {
    const refusal = { ok: false, code: 'disk-full', message: 'The disk is full.' };
    const bridge = parsedBridge(
      carrierAnswering(async () => refusal),
      noLog,
    );
    expect(await bridge.call('history.heads', { roomId })).toEqual(refusal);
  });

  it('refuses an answer that does not fit the contract', async () => {
    const bridge = parsedBridge(
      carrierAnswering(async () => ({ ok: true, value: { heads: [{ author: 'x', seq: -1 }], upTo: null } })),
      noLog,
    );
    expect(await bridge.call('history.heads', { roomId })).toMatchObject({ ok: false, code: 'internal' });
  });

  it('turns a lost host into a refusal, never into a rejection', async () => {
    const bridge = parsedBridge(
      carrierAnswering(() => Promise.reject(new Error('gone'))),
      noLog,
    );
    expect(await bridge.call('history.heads', { roomId })).toMatchObject({ ok: false, code: 'internal' });
  });

  it('says timed-out when the loopback host does not answer in time', async () => {
    const page: LoopbackPage = {
      id: 'page-of-this-test',
      log: noLog,
      fetch: () => Promise.reject(new DOMException('late', 'TimeoutError')),
      openEvents: () => new EventTarget() as EventSource,
    };
    const bridge = parsedBridge(loopbackCarrier(page), noLog);
    expect(await bridge.call('history.heads', { roomId })).toMatchObject({ ok: false, code: 'timed-out' });
  });

  it('hears parsed events until the undo, and drops those that do not fit', () => {
    const source = new EventTarget();
    const page: LoopbackPage = {
      id: 'page-of-this-test',
      log: noLog,
      fetch: () => Promise.reject(new Error('unused')),
      openEvents: () => source as EventSource,
    };
    const heard: unknown[] = [];
    const undo = parsedBridge(loopbackCarrier(page), noLog).on('server.changed', (state) => heard.push(state));
    const say = (data: string) => source.dispatchEvent(new MessageEvent('server.changed', { data }));
    say('{"at":"off"}');
    say('{"at":"somewhere"}');
    say('not json');
    undo();
    say('{"at":"starting"}');
    expect(heard).toEqual([{ at: 'off' }]);
  });
});
