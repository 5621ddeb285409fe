import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { accept, LIMITS, refuse } from '@parley/shared/protocol';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { silentLog } from '../adapters/stream-log.ts';
import { temporaryFolder } from '../testing/test-kit.ts';
import { ownBackground } from './own-background.ts';

const picture = (fill: number) => Uint8Array.from([0xff, 0xd8, 0xff, fill]);
let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

const file = () => join(folder.path, 'background.jpg');
const start = () => ownBackground(file(), silentLog);
const put = (bytes: Uint8Array) => start().answer('PUT', '/background', async () => accept(bytes));
const get = () => start().answer('GET', '/background', async () => refuse('bad-request'));
const remove = () => start().answer('DELETE', '/background', async () => refuse('bad-request'));

it('keeps one picture, for this user alone, gives it, and removes it (C10)', async () => {
  expect((await get()).status).toBe(404);
  expect((await put(picture(1))).status).toBe(200);
  expect((await put(picture(2))).status).toBe(200);
  const { status, headers, body } = await get();
  expect([status, headers['content-type'], headers['x-content-type-options']]).toEqual([200, 'image/jpeg', 'nosniff']);
  expect([...(body as Uint8Array)]).toEqual([...picture(2)]);
  if (process.platform !== 'win32') expect(statSync(file()).mode & 0o777).toBe(0o600);
  expect((await remove()).status).toBe(200);
  expect((await remove()).status).toBe(200);
  expect((await get()).status).toBe(404);
});

it('takes no other kind of file, and keeps the one before', async () => {
  await put(picture(1));
  const refused = await put(new TextEncoder().encode('<svg/>'));
  expect(JSON.parse(String(refused.body))).toMatchObject({ ok: false, code: 'picture-unsuitable' });
  expect([...readFileSync(file())]).toEqual([...picture(1)]);
});

it('takes no more than a picture needs, and says what a disk refuses', async () => {
  expect(start().bodyMaxBytes('/background')).toBe(LIMITS.backgroundMaxBytes);
  expect(start().isFor('/background')).toBe(true);
  expect(start().isFor('/background/other')).toBe(false);
  const large = await start().answer('PUT', '/background', async () => refuse('too-large'));
  expect(large.status).toBe(413);
  expect((await start().answer('POST', '/background', async () => accept(picture(1)))).status).toBe(405);
  mkdirSync(file());
  expect((await put(picture(1))).status).toBeGreaterThanOrEqual(500);
});
