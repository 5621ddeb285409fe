import { refuse } from '@parley/shared/protocol';
import { expect, it } from 'vitest';
import { noLog } from '../log.ts';
import { fetchedBackground } from './background-content.ts';

type Asked = { url: string; method: string | undefined };

function setUp(answer: () => Response | Promise<Response>) {
  const asked: Asked[] = [];
  const content = fetchedBackground(async (url, { method }) => {
    asked.push({ url, method });
    return answer();
  }, noLog);
  return { asked, content };
}

it('keeps, reads and removes the one picture', async () => {
  const { asked, content } = setUp(() => new Response(JSON.stringify({ ok: true, value: null })));
  expect(await content.keep(new Blob(['jpeg'], { type: 'image/jpeg' }))).toEqual({ ok: true, value: null });
  expect(await content.read()).toBeInstanceOf(Blob);
  expect(await content.remove()).toEqual({ ok: true, value: null });
  expect(asked.map(({ method }) => method)).toEqual(['PUT', 'GET', 'DELETE']);
  expect(new Set(asked.map(({ url }) => url))).toEqual(new Set(['/background']));
});

it('hands on what the core refuses, and reads nothing where there is none', async () => {
  const { content } = setUp(() => new Response(JSON.stringify(refuse('disk-full')), { status: 507 }));
  expect(await content.keep(new Blob())).toMatchObject({ ok: false, code: 'disk-full' });
  expect(await content.read()).toBeNull();
});

it('says so where the core does not answer', async () => {
  const { content } = setUp(() => Promise.reject(new TypeError('gone')));
  expect(await content.remove()).toMatchObject({ ok: false, code: 'internal' });
  expect(await content.read()).toBeNull();
});
