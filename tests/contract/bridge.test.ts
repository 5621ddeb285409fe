import { BRIDGE_CALL_NAMES, BRIDGE_EVENT_NAMES, bridgeCalls, bridgeEvents } from '@parley/shared/bridge';
import { sentenceOf } from '@parley/shared/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newMessageId } from '#core/testing/test-kit.ts';
import { BRIDGES, type OpenedBridge } from './bridges.ts';

describe.each(BRIDGES)('the bridge over $name', ({ open, whenHuge }) => {
  let bridge: OpenedBridge;
  beforeEach(async () => {
    bridge = await open();
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
    const item = await ask('history.compose', { id, roomId, text: 'The kettle is on, naïve friends — 湯が沸いた' });
    expect(item).toMatchObject({ id, mine: true, state: 'queued', seq: 1 });
    const again = await ask('history.compose', { id, roomId, text: 'The kettle is on, naïve friends — 湯が沸いた' });
    expect(again).toEqual(item);
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

  it('settles what is under way when it closes, and answers nothing afterwards', async () => {
    const underWay = Array.from({ length: 10 }, () => bridge.call('rooms.list', {}).catch(() => 'lost'));
    await bridge.close();
    await Promise.all(underWay);
    const late = await bridge.call('rooms.list', {}).catch(() => 'lost');
    expect(late).not.toMatchObject({ ok: true });
    expect(bridge.clock.timers()).toBe(0);
  });
});
