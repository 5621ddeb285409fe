import type { Bridge, BridgeEvent } from '@parley/shared/bridge';
import { ServerHost } from '@parley/shared/model';
import { accept, type Outcome, refuse } from '@parley/shared/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import { settled } from '../testing/fake-clock.ts';
import { bridgeWires, type OpenWire } from './wire.ts';

const host = ServerHost.parse('example.org');
let asked: [name: string, input: Record<string, unknown>][];
let answers: Record<string, Outcome<unknown>>;
let say: (event: BridgeEvent, payload: object) => void;
let heard: unknown[];
let open: OpenWire;

beforeEach(() => {
  asked = [];
  answers = {};
  heard = [];
  const listeners = new Map<BridgeEvent, (payload: never) => void>();
  const bridge: Bridge = {
    call: async (name, input) => {
      asked.push([name, input]);
      return (answers[name] ?? accept({})) as never;
    },
    on(name, listener) {
      listeners.set(name, listener);
      return () => listeners.delete(name);
    },
  };
  say = (event, payload) => listeners.get(event)?.(payload as never);
  let fill = 0;
  open = bridgeWires(bridge, (size) => new Uint8Array(size).fill(++fill));
});

const opened = () => {
  const wire = open(host, {
    opened: (challenge) => heard.push(challenge === undefined ? 'opened' : ['opened', challenge]),
    failed: (said) => heard.push(['failed', said]),
    closed: () => heard.push('closed'),
    heard: (event, payload) => heard.push([event, payload]),
  });
  const wireId = asked.at(-1)?.[1].wireId;
  return { wire, wireId };
};

describe('a wire over the bridge', () => {
  it('opens, hears and is closed as the core says', () => {
    const { wireId } = opened();
    expect(asked).toEqual([['signaling.open', { wireId, host }]]);
    say('signaling.opened', { wireId, challenge: 'once' });
    say('signaling.heard', { wireId, event: 'server:drain', payload: { retryAfterMs: 1 } });
    say('signaling.heard', { wireId: 'another', event: 'server:drain', payload: {} });
    say('signaling.closed', { wireId });
    say('signaling.closed', { wireId });
    expect(heard).toEqual([['opened', 'once'], ['server:drain', { retryAfterMs: 1 }], 'closed']);
  });

  it('fails with what the server said, or with why the core opens none', async () => {
    const first = opened();
    say('signaling.failed', { wireId: first.wireId, said: { code: 'blocked' } });
    answers['signaling.open'] = refuse('not-allowed');
    opened();
    await settled();
    expect(heard).toEqual([
      ['failed', { code: 'blocked' }],
      ['failed', refuse('not-allowed')],
    ]);
  });

  it('numbers its calls and gives each its own answer', async () => {
    const { wire, wireId } = opened();
    say('signaling.opened', { wireId });
    const calls = [wire.call('room:list', 'a', 5), wire.call('room:list', 'b', 5), wire.call('room:list', 'c', 5)];
    expect(asked.slice(1).map(([, { callId, payload }]) => [callId, payload])).toEqual([
      [1, 'a'],
      [2, 'b'],
      [3, 'c'],
    ]);
    say('signaling.answered', { wireId, callId: 2, outcome: accept('B') });
    say('signaling.answered', { wireId, callId: 1, outcome: accept('A') });
    say('signaling.answered', { wireId, callId: 3, outcome: refuse('timed-out') });
    expect(await Promise.all(calls.slice(0, 2))).toEqual(['A', 'B']);
    await expect(calls[2]).rejects.toMatchObject({ code: 'timed-out' });
  });

  it('rejects a call that the core does not take', async () => {
    const { wire, wireId } = opened();
    say('signaling.opened', { wireId });
    answers['signaling.call'] = refuse('too-large');
    await expect(wire.call('room:list', {}, 5)).rejects.toMatchObject({ code: 'too-large' });
  });

  it('ends with the event stream: what was connecting fails, what was open is closed, calls are rejected', async () => {
    const first = opened();
    say('signaling.opened', { wireId: first.wireId });
    const call = first.wire.call('room:list', {}, 5);
    opened();
    say('signaling.lost', {});
    await expect(call).rejects.toMatchObject({ code: 'cancelled' });
    await expect(first.wire.call('room:list', {}, 5)).rejects.toMatchObject({ code: 'cancelled' });
    expect(heard).toEqual(['opened', 'closed', ['failed', undefined]]);
  });

  it('tells nothing once it was closed here, and says so to the core once', () => {
    const { wire, wireId } = opened();
    wire.close();
    wire.close();
    say('signaling.opened', { wireId });
    say('signaling.closed', { wireId });
    expect(heard).toEqual([]);
    expect(asked.map(([name]) => name)).toEqual(['signaling.open', 'signaling.close']);
  });
});
