import { accept, ParleyError } from '@parley/shared/protocol';
import { expect, it } from 'vitest';
import type { Core } from './core.ts';
import { restartable } from './restartable.ts';

type Listener = Parameters<Core['subscribe']>[0];

/** A core that answers every call with its number, and says what happens to it. */
function fakeCore(number: number, said: string[]) {
  const listeners = new Set<Listener>();
  const core: Core = {
    call: async (name) => accept(`${number} ${name}`),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    openPage: () => ({
      call: async (name) => accept(`${number} page ${name}`),
      close: () => said.push(`page of ${number} closed`),
    }),
    content: {
      bodyMaxBytes: number,
      isFor: () => true,
      answer: async () => ({ status: number, headers: {}, body: '' }),
    },
    openDeepLink: (text) => said.push(`${number} ${text}`),
    close: async () => void said.push(`${number} closed`),
  };
  const emit = (payload: unknown) => {
    for (const listener of listeners) listener('app.noticed', payload);
  };
  return { core, emit };
}

function setUp() {
  const said: string[] = [];
  const made: ReturnType<typeof fakeCore>[] = [];
  let restart: () => void = () => undefined;
  const core = restartable(async (again) => {
    restart = again;
    const next = fakeCore(made.length + 1, said);
    made.push(next);
    return next.core;
  });
  return { core, said, made, restart: () => restart() };
}

it('opens anew behind the same face, and says so', async () => {
  const { core: opening, said, made, restart } = setUp();
  const core = await opening;
  const heard: unknown[] = [];
  core.subscribe((event, payload) => heard.push([event, payload]));
  const page = core.openPage(() => undefined);
  expect(await page.call('x', {})).toEqual(accept('1 page x'));
  core.openDeepLink('first');
  restart();
  core.openDeepLink('second');
  // It waits for the new one.
  expect(await core.call('x', {})).toEqual(accept('2 x'));
  expect(await page.call('x', {})).toEqual(accept('2 page x'));
  expect(core.content.bodyMaxBytes).toBe(2);
  made[1]?.emit('from the second');
  expect(heard).toEqual([
    ['app.restarted', {}],
    ['app.noticed', 'from the second'],
  ]);
  expect(said).toEqual(['1 first', '1 closed', '2 second', 'page of 1 closed']);
  await core.close();
  restart();
  expect(said.at(-1)).toBe('2 closed');
  expect(made).toHaveLength(2);
});

it('refuses calls with the reason where it cannot be opened again', async () => {
  let restart: () => void = () => undefined;
  let opened = 0;
  const core = await restartable(async (again) => {
    restart = again;
    if (++opened > 1) throw new ParleyError('history-from-future');
    return fakeCore(opened, []).core;
  });
  const told = new Promise((resolve) => core.subscribe((event) => resolve(event)));
  restart();
  expect(await core.call('x', {})).toMatchObject({ ok: false, code: 'history-from-future' });
  expect(await told).toBe('app.restarted');
  await core.close();
});
