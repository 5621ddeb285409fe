import type { Preparing } from '@parley/shared/model';
import { accept, ParleyError } from '@parley/shared/protocol';
import { describe, expect, it } from 'vitest';
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
      bodyMaxBytes: () => number,
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
  expect(core.content.bodyMaxBytes('/')).toBe(2);
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

it('tries again when a page does, where the one before could not be closed', async () => {
  const said: string[] = [];
  let restart: () => void = () => undefined;
  let opened = 0;
  const core = await restartable(async (again) => {
    restart = again;
    const { core: next } = fakeCore(++opened, said);
    return opened > 1 ? next : { ...next, close: () => Promise.reject(new ParleyError('disk-full')) };
  });
  const page = core.openPage(() => undefined);
  restart();
  expect(await page.call('app.info', {})).toMatchObject({ ok: false, code: 'disk-full' });
  expect(await page.call('app.info', {})).toEqual(accept('2 page app.info'));
  await core.close();
  expect(said.at(-1)).toBe('2 closed');
});

describe('a core that takes long to open', () => {
  function setUpLong() {
    const said: string[] = [];
    let preparing: (progress: Preparing) => void = () => undefined;
    const openings: PromiseWithResolvers<Core>[] = [];
    const face = restartable(async (_, say) => {
      preparing = say;
      const opening = Promise.withResolvers<Core>();
      openings.push(opening);
      return opening.promise;
    });
    const pages = (core: Core) => {
      const heard: unknown[] = [];
      const page = core.openPage((event, payload) => heard.push([event, payload]));
      return { page, heard };
    };
    return { said, face, openings, pages, preparing: (done: number) => preparing({ done, total: 10 }) };
  }

  it('has a face before, and tells each page how far it is', async () => {
    const { said, face, openings, pages, preparing } = setUpLong();
    preparing(0);
    const core = await face;
    const broadcast: unknown[] = [];
    core.subscribe((...told) => broadcast.push(told));
    preparing(4);
    const { page, heard } = pages(core);
    expect(heard).toEqual([['app.preparing', { done: 4, total: 10 }]]);
    expect(broadcast).toEqual([['app.preparing', { done: 4, total: 10 }]]);
    expect(core.content.isFor('/content/file')).toBe(false);
    core.openDeepLink('a link');
    const answer = page.call('app.info', {});
    openings[0]?.resolve(fakeCore(1, said).core);
    expect(await answer).toEqual(accept('1 page app.info'));
    expect(core.content.isFor('/content/file')).toBe(true);
    expect(said).toEqual(['1 a link']);
    expect(pages(core).heard).toEqual([]);
    await core.close();
    expect(said.at(-1)).toBe('1 closed');
  });

  it('refuses calls with the reason where that fails, and tries again when a page does', async () => {
    const { said, face, openings, pages, preparing } = setUpLong();
    preparing(0);
    const core = await face;
    const { page } = pages(core);
    const waiting = page.call('app.info', {});
    openings[0]?.reject(new ParleyError('disk-full'));
    expect(await waiting).toMatchObject({ ok: false, code: 'disk-full' });
    expect(await page.call('log.write', {})).toMatchObject({ ok: false, code: 'disk-full' });
    expect(openings).toHaveLength(1);
    const again = [page.call('app.info', {}), page.call('rooms.list', {})];
    expect(openings).toHaveLength(2);
    openings[1]?.resolve(fakeCore(2, said).core);
    expect(await Promise.all(again)).toEqual([accept('2 page app.info'), accept('2 page rooms.list')]);
    await core.close();
  });

  it('hears nothing of a page that was closed while it waited', async () => {
    const { said, face, openings, pages, preparing } = setUpLong();
    preparing(0);
    const core = await face;
    const { page } = pages(core);
    const waiting = page.call('app.info', {});
    page.close();
    openings[0]?.resolve(fakeCore(1, said).core);
    expect(await waiting).toMatchObject({ ok: false, code: 'cancelled' });
    expect(await page.call('app.info', {})).toMatchObject({ ok: false, code: 'cancelled' });
    expect(said).toEqual([]);
    await core.close();
  });

  it('is closed once it was opened, where it is closed before', async () => {
    const { said, face, openings, preparing } = setUpLong();
    preparing(0);
    const core = await face;
    const closed = core.close();
    openings[0]?.resolve(fakeCore(1, said).core);
    await closed;
    expect(said).toEqual(['1 closed']);
  });
});
