import { ServerHost } from '@parley/shared/model';
import { accept, LIMITS, type Outcome, refuse, sentenceOf } from '@parley/shared/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../adapters/stream-log.ts';
import { randomId, type TestClock, testClock } from '../testing/test-kit.ts';
import { fakeSockets } from './testing/fake-sockets.ts';
import { CALLS_MAX, createWires, EARLY_MAX, HEARD_PER_SECOND_MAX, type PageWires, WIRES_MAX } from './wires.ts';

const host = ServerHost.parse('example.org');
let clock: TestClock;
let net: ReturnType<typeof fakeSockets>;
let credentials: Outcome<{ password?: string }>;
let refused: unknown[];
let told: [event: string, payload: object][];
let page: PageWires;
let wires: ReturnType<typeof createWires>;

beforeEach(() => {
  clock = testClock();
  net = fakeSockets();
  credentials = accept({});
  refused = [];
  told = [];
  wires = createWires({
    openSocket: net.open,
    access: {
      isKnown: (asked) => asked === host,
      credentials: async () => credentials,
      refused: (_host, said) => refused.push(said),
    },
    clock,
    log: silentLog,
  });
  page = wires.forPage((event, payload) => told.push([event, payload]));
});

const challenge = randomId(32);
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));
const opened = async () => {
  const wireId = randomId(16);
  page.open({ wireId, host });
  await settled();
  net.latest().listener.opened(challenge);
  return wireId;
};
const callOf = (wireId: string, callId: number, payload: unknown = {}) =>
  page.call({ wireId, callId, event: 'room:list', payload, timeoutMs: 1_000 });

describe('the wires of a page', () => {
  it('lead to known servers alone', () => {
    expect(() => page.open({ wireId: randomId(16), host: ServerHost.parse('elsewhere.example') })).toThrow(
      expect.objectContaining({ code: 'not-allowed' }),
    );
    expect(net.sockets).toEqual([]);
  });

  it('show this person’s credentials, which the page never sees', async () => {
    credentials = accept({ password: 'five random words' });
    const wireId = await opened();
    expect(net.latest().auth).toEqual({ v: 1, password: 'five random words' });
    expect(told).toEqual([['signaling.opened', { wireId, challenge }]]);
  });

  it('dial nothing while the right is known to be lost, and say so', async () => {
    credentials = refuse('access-revoked' as 'access-expired');
    const wireId = randomId(16);
    page.open({ wireId, host });
    await settled();
    expect(net.sockets).toEqual([]);
    expect(told).toEqual([['signaling.failed', { wireId, said: credentials }]]);
  });

  it('pass a refusal of the server on, to the page and to the keeper of the right', async () => {
    const wireId = randomId(16);
    page.open({ wireId, host });
    await settled();
    const said = { code: 'access-refused', message: 'Your Parley is outdated.' };
    net.latest().listener.failed(said);
    const message = `${sentenceOf('access-refused')} ${host} says: “Your Parley is outdated.”`;
    expect(told).toEqual([['signaling.failed', { wireId, said: refuse('access-refused', { message }) }]]);
    expect(refused).toEqual([said]);
    expect(net.latest().closed).toBe(true);
  });

  it('tell the page that they failed, and no more, where a server says what is no refusal', async () => {
    const wireId = randomId(16);
    page.open({ wireId, host });
    await settled();
    net.latest().listener.failed('Your Parley is outdated.');
    expect(told).toEqual([['signaling.failed', { wireId }]]);
  });

  it('carry calls in the order of their numbers, however they arrive', async () => {
    const wireId = await opened();
    for (const callId of [3, 1, 2]) callOf(wireId, callId, { callId });
    expect(net.latest().calls.map(({ payload }) => payload)).toEqual([{ callId: 1 }, { callId: 2 }, { callId: 3 }]);
    expect(() => callOf(wireId, 2)).toThrow(expect.objectContaining({ code: 'bad-request' }));
  });

  it('tell answers and events in the order in which the server gave them', async () => {
    const wireId = await opened();
    told = [];
    callOf(wireId, 1);
    net.latest().calls[0]?.answer({ ok: true });
    await settled();
    net.latest().listener.heard('server:drain', { retryAfterMs: 5 });
    expect(told).toEqual([
      ['signaling.answered', { wireId, callId: 1, outcome: accept({ ok: true }) }],
      ['signaling.heard', { wireId, event: 'server:drain', payload: { retryAfterMs: 5 } }],
    ]);
  });

  it('answer a call that the server leaves open, and one whose predecessor never came, with timed-out', async () => {
    const wireId = await opened();
    told = [];
    callOf(wireId, 1);
    net.latest().calls[0]?.fail();
    callOf(wireId, 3);
    clock.advance(1_000);
    await settled();
    expect(told.map(([, payload]) => payload)).toEqual(
      expect.arrayContaining([
        { wireId, callId: 1, outcome: refuse('timed-out') },
        { wireId, callId: 3, outcome: refuse('timed-out') },
      ]),
    );
    expect(() => callOf(wireId, 2)).toThrow(expect.objectContaining({ code: 'bad-request' }));
    callOf(wireId, 4, { callId: 4 });
    expect(net.latest().calls.map(({ payload }) => payload)).toEqual([{}, { callId: 4 }]);
    expect(clock.timers()).toBe(0);
  });

  it('go on after a call that was refused, and start what waited behind a lost one', async () => {
    const wireId = await opened();
    expect(() => callOf(wireId, 1, 'x'.repeat(LIMITS.frameMaxBytes))).toThrow(
      expect.objectContaining({ code: 'too-large' }),
    );
    callOf(wireId, 2, 'after a refusal');
    page.call({ wireId, callId: 4, event: 'room:list', payload: 'behind a lost one', timeoutMs: 500 });
    page.call({ wireId, callId: 5, event: 'room:list', payload: 'patient', timeoutMs: 5_000 });
    clock.advance(500);
    expect(net.latest().calls.map(({ payload }) => payload)).toEqual(['after a refusal', 'patient']);
  });

  it('go on after a call that came before they were open', async () => {
    const wireId = randomId(16);
    page.open({ wireId, host });
    await settled();
    expect(() => callOf(wireId, 1)).toThrow(expect.objectContaining({ code: 'not-allowed' }));
    net.latest().listener.opened(undefined);
    callOf(wireId, 2);
    expect(net.latest().calls).toHaveLength(1);
  });

  it('skip a lost number, also before a timeout, when very many calls wait behind it', async () => {
    const wireId = await opened();
    for (let callId = 2; callId < EARLY_MAX + 3; callId++) {
      const large = 'x'.repeat(LIMITS.frameMaxBytes);
      expect(() => callOf(wireId, callId, large)).toThrow(expect.objectContaining({ code: 'too-large' }));
    }
    callOf(wireId, EARLY_MAX + 3);
    expect(net.latest().calls).toHaveLength(1);
  });

  it('keep events that no server of this version says from the page', async () => {
    await opened();
    told = [];
    net.latest().listener.heard('constructor', {});
    net.latest().listener.heard('server:joke', {});
    expect(told).toEqual([]);
  });

  it('leave a server that says more in a second than any room needs', async () => {
    const wireId = await opened();
    told = [];
    const { listener } = net.latest();
    for (let n = 0; n < HEARD_PER_SECOND_MAX; n++) listener.heard('server:drain', { retryAfterMs: n });
    clock.advance(1_000);
    for (let n = 0; n < HEARD_PER_SECOND_MAX; n++) listener.heard('server:drain', { retryAfterMs: n });
    expect(net.latest().closed).toBe(false);
    listener.heard('server:joke', {});
    expect(net.latest().closed).toBe(true);
    expect(told.at(-1)).toEqual(['signaling.closed', { wireId }]);
  });

  it('have limits: wires, calls that wait, and the size of what is said', async () => {
    const wireId = await opened();
    expect(() => callOf(wireId, 1, 'x'.repeat(LIMITS.frameMaxBytes))).toThrow(
      expect.objectContaining({ code: 'too-large' }),
    );
    for (let callId = 2; callId <= CALLS_MAX + 1; callId++) callOf(wireId, callId);
    expect(() => callOf(wireId, CALLS_MAX + 2)).toThrow(expect.objectContaining({ code: 'rate-limited' }));
    net.latest().calls[0]?.answer({ ok: true });
    await settled();
    callOf(wireId, CALLS_MAX + 3);
    expect(net.latest().calls).toHaveLength(CALLS_MAX + 1);
    for (let n = 1; n < WIRES_MAX; n++) page.open({ wireId: randomId(16), host });
    expect(() => page.open({ wireId: randomId(16), host })).toThrow(expect.objectContaining({ code: 'rate-limited' }));
  });

  it('close with their page, or when the page says so, and tell nothing more', async () => {
    const first = await opened();
    await opened();
    told = [];
    page.close(first);
    page.close(first);
    expect(net.sockets.map(({ closed }) => closed)).toEqual([true, false]);
    page.open({ wireId: randomId(16), host });
    page.closeAll();
    await settled();
    expect(net.sockets.map(({ closed }) => closed)).toEqual([true, true]);
    for (const { listener } of net.sockets) listener.closed();
    expect(told).toEqual([]);
    expect(() => page.open({ wireId: randomId(16), host })).toThrow(expect.objectContaining({ code: 'cancelled' }));
  });

  it('to a server that was removed close in all pages, which hear of it', async () => {
    const open = await opened();
    const connecting = randomId(16);
    page.open({ wireId: connecting, host });
    await settled();
    told = [];
    wires.closeHost(ServerHost.parse('elsewhere.example'));
    expect(net.sockets.map(({ closed }) => closed)).toEqual([false, false]);
    wires.closeHost(host);
    expect(net.sockets.map(({ closed }) => closed)).toEqual([true, true]);
    expect(told).toEqual([
      ['signaling.closed', { wireId: open }],
      ['signaling.failed', { wireId: connecting, said: expect.objectContaining({ code: 'not-allowed' }) }],
    ]);
  });

  it('of all pages close with the core', async () => {
    await opened();
    wires.close();
    expect(net.latest().closed).toBe(true);
  });
});
