import { BRIDGE_CALL_NAMES, BRIDGE_EVENT_NAMES, bridgeCalls, bridgeEvents } from '@parley/shared/bridge';
import { sentenceOf } from '@parley/shared/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fakeSockets } from '#core/signaling/testing/fake-sockets.ts';
import { newMessageId, randomId } from '#core/testing/test-kit.ts';
import { BRIDGES, type OpenedBridge } from './bridges.ts';

describe.each(BRIDGES)('the bridge over $name', ({ open, whenHuge }) => {
  let bridge: OpenedBridge;
  let net: ReturnType<typeof fakeSockets>;
  beforeEach(async () => {
    net = fakeSockets();
    bridge = await open({ openSocket: net.open });
  });
  afterEach(async () => {
    await bridge.close();
    bridge.remove();
  });

  /** The value of an answer; fails the test on a refusal. */
  const ask = async (name: string, input: unknown): Promise<Record<string, unknown>> => {
    const answer = await bridge.call(name, input);
    expect(answer).toMatchObject({ ok: true });
    return (answer as { value: Record<string, unknown> }).value; // its shape was just asserted
  };
  const named = () => ask('settings.change', { profile: { username: 'ana', displayName: null } });
  const newRoom = async (name = 'Kitchen') => (await ask('rooms.create', { name })).roomId as string; // parsed by the core
  const soon = <T>(name: string) => new Promise<T>((resolve) => bridge.on(name, (payload) => resolve(payload as T)));

  it('knows every call of the contract', async () => {
    expect([...BRIDGE_CALL_NAMES].sort()).toEqual(Object.keys(bridgeCalls).sort());
    for (const name of BRIDGE_CALL_NAMES) {
      const answer = await bridge.call(name, { 'no such field': true });
      expect(answer, name).toMatchObject({ ok: false });
      expect(['unknown-call', 'internal', 'sender-refused'], name).not.toContain((answer as { code: string }).code);
    }
  });

  it('refuses a wrong input with a code, a sentence and the field', async () => {
    expect(await bridge.call('rooms.draft', { roomId: 'short', draft: 'x' })).toEqual({
      ok: false,
      code: 'bad-request',
      message: sentenceOf('bad-request'),
      path: 'roomId',
    });
    expect(await bridge.call('rooms.create', { name: 'x' })).toMatchObject({ code: 'room-name-invalid', path: 'name' });
  });

  it('does not know any other name, whatever objects are born with', async () => {
    for (const name of ['rooms.burn', 'toString', '__proto__', 'constructor', 'hasOwnProperty', '']) {
      expect(await bridge.call(name, {}), name).toEqual({
        ok: false,
        code: 'unknown-call',
        message: sentenceOf('unknown-call'),
      });
    }
  });

  it('takes nothing but an object as input', async () => {
    for (const input of [null, 'text', 5, true, [], [{}]]) {
      expect(await bridge.call('rooms.list', input), JSON.stringify(input)).toMatchObject({ code: 'bad-request' });
    }
    expect(await bridge.call('rooms.list', {})).toEqual({ ok: true, value: { items: [] } });
  });

  it('refuses an input that is larger than any call needs, and goes on', async () => {
    const input = { name: 'x'.repeat(600 * 1024) };
    const answer = await bridge.call('app.open-external', input);
    expect(answer).toMatchObject({ ok: false, code: whenHuge });
    expect(await bridge.call('app.info', {})).toMatchObject({ ok: true });
  });

  it('answers in plain JSON', async () => {
    const answer = await bridge.call('app.info', {});
    expect(JSON.parse(JSON.stringify(answer))).toEqual(answer);
    expect(await ask('app.info', {})).toMatchObject({ version: '0.1.0', notices: [] });
  });

  it('says what changed to whoever listens, until the undo', async () => {
    const heard: unknown[] = [];
    const undo = bridge.on('settings.changed', (payload) => heard.push(payload));
    const first = soon('settings.changed');
    await ask('settings.change', { appearance: { theme: 'dark' } });
    await first;
    expect(heard).toEqual([expect.objectContaining({ appearance: { theme: 'dark' } })]);

    undo();
    undo();
    const second = soon('settings.changed');
    await ask('settings.change', { appearance: { theme: 'light' } });
    await second;
    expect(heard).toHaveLength(1);
  });

  it('carries every event of the contract', async () => {
    expect([...BRIDGE_EVENT_NAMES].sort()).toEqual(Object.keys(bridgeEvents).sort());
    const invite = (await ask('rooms.keyring', { roomId: await newRoom() })).invite as string; // parsed by the core
    const arrived = soon<{ invite: string }>('app.deep-link-arrived');
    const noticed = soon<{ code: string }>('app.noticed');
    const rooms = soon<{ items: unknown[] }>('rooms.changed');
    const server = soon<{ at: string }>('server.changed');
    bridge.core.openDeepLink(invite);
    bridge.core.openDeepLink('parley://nonsense');
    await ask('server.allow-lan', { allow: true });
    bridge.clock.advance(50);
    expect(await arrived).toEqual({ invite });
    expect(await noticed).toMatchObject({ code: expect.stringMatching(/^invite-/) });
    expect((await rooms).items).toHaveLength(1);
    expect(await server).toMatchObject({ at: 'starting' });
  });

  it('keeps a message, pages to it and finds it', async () => {
    await named();
    const roomId = await newRoom();
    const id = newMessageId();
    const { item } = await ask('history.compose', {
      id,
      roomId,
      content: { kind: 'text', text: 'The kettle is on, naïve friends — 湯が沸いた' },
    });
    // The first entry is the name of the room.
    expect(item).toMatchObject({ id, mine: true, state: 'queued', seq: 2 });
    const again = await ask('history.compose', {
      id,
      roomId,
      content: { kind: 'text', text: 'The kettle is on, naïve friends — 湯が沸いた' },
    });
    expect(again.item).toEqual(item);
    expect(await ask('history.page', { roomId })).toMatchObject({ items: [item], total_count: 1, has_more: false });
    expect(await ask('history.search', { query: 'kett' })).toMatchObject({ total_count: 1, items: [{ item }] });
    expect(await ask('history.search', { query: 'kettledrum' })).toMatchObject({ total_count: 0, items: [] });
  });

  it('gives each of many calls at once its own answer', async () => {
    const names = Array.from({ length: 40 }, (_, index) => `Room ${index + 10}`);
    const rooms = await Promise.all(names.map((name) => ask('rooms.create', { name })));
    expect(rooms.map(({ name }) => name)).toEqual(names);
    const keyrings = await Promise.all(rooms.map(({ roomId }) => ask('rooms.keyring', { roomId })));
    expect(keyrings.map(({ roomId }) => roomId)).toEqual(rooms.map(({ roomId }) => roomId));
    expect(new Set(keyrings.map(({ secret }) => secret)).size).toBe(40);
  });

  it('holds a signaling socket for the page: calls and events keep their order, and it closes with the page', async () => {
    const said: unknown[] = [];
    for (const name of ['signaling.opened', 'signaling.answered', 'signaling.heard', 'signaling.closed']) {
      bridge.on(name, (payload) => said.push([name, payload]));
    }
    const wireId = randomId(16);
    await ask('signaling.open', { wireId, host: '127.0.0.1:7350' });
    await expect.poll(() => net.sockets).toHaveLength(1);
    const socket = net.latest();
    const challenge = randomId(32);
    socket.listener.opened(challenge);
    await expect.poll(() => said).toEqual([['signaling.opened', { wireId, challenge }]]);

    const callIds = Array.from({ length: 20 }, (_, index) => index + 1);
    await Promise.all(
      callIds.map((callId) =>
        ask('signaling.call', { wireId, callId, event: 'room:list', payload: { callId }, timeoutMs: 5_000 }),
      ),
    );
    expect(socket.calls.map(({ payload }) => payload)).toEqual(callIds.map((callId) => ({ callId })));
    for (const { answer, payload } of socket.calls) {
      answer(payload);
      await Promise.resolve();
      socket.listener.heard('participant:left', payload);
    }
    await expect.poll(() => said).toHaveLength(41);
    expect(said.slice(1)).toEqual(
      callIds.flatMap((callId) => [
        ['signaling.answered', { wireId, callId, outcome: { ok: true, value: { callId } } }],
        ['signaling.heard', { wireId, event: 'participant:left', payload: { callId } }],
      ]),
    );
    expect(await bridge.call('signaling.open', { wireId: randomId(16), host: 'elsewhere.example' })).toMatchObject({
      code: 'not-allowed',
    });
    await bridge.close();
    expect(socket.closed).toBe(true);
  });

  it('settles what is under way when it closes, and answers nothing afterwards', async () => {
    const underWay = Array.from({ length: 10 }, () => bridge.call('rooms.list', {}).catch(() => 'lost'));
    await bridge.close();
    await Promise.all(underWay);
    const late = await bridge.call('rooms.list', {}).catch(() => 'lost');
    expect(late).not.toMatchObject({ ok: true });
    expect(bridge.clock.timers()).toBe(0);
  });
});
