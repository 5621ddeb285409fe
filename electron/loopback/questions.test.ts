import { writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { temporaryFolder, testClock } from '#core/testing/test-kit.ts';
import { createQuestions, type Questions } from './questions.ts';

let folder: ReturnType<typeof temporaryFolder>;
let questions: Questions;
let shown: string[];
beforeEach(() => {
  folder = temporaryFolder();
  shown = [];
  questions = createQuestions(testClock(), async (path) => {
    shown.push(path.slice('/open/'.length));
    return true;
  });
});
afterEach(() => {
  questions.close();
  folder.remove();
});
const id = () => shown.at(-1) ?? '';

it('asks for a folder, with one filled in, until it is one', async () => {
  const chosen = questions.askPlace('export-folder', '/a "quoted" & <odd> folder');
  expect(questions.show(id()).body).toContain('value="/a &quot;quoted&quot; &amp; &lt;odd&gt; folder"');
  writeFileSync(join(folder.path, 'a file'), 'x');
  for (const wrong of ['', 'relative', join(folder.path, 'not there'), join(folder.path, 'a file')]) {
    const { status, body } = questions.answer(id(), true, wrong);
    expect([status, body], wrong).toEqual([200, expect.stringContaining('There is no such folder on this computer.')]);
  }
  expect(questions.answer(id(), true, ` "${folder.path}" `).body).toContain('The export has begun');
  expect(await chosen).toEqual([folder.path]);
  expect(questions.answer(id(), true, folder.path).status).toBe(410);
});

it('asks for a file', async () => {
  const chosen = questions.askPlace('backup-file', '');
  expect(questions.answer(id(), true, folder.path).body).toContain('There is no such file on this computer.');
  writeFileSync(join(folder.path, 'x.parley-backup'), 'x');
  questions.answer(id(), true, join(folder.path, 'x.parley-backup'));
  expect(await chosen).toEqual([join(folder.path, 'x.parley-backup')]);
});

it('knows the home folder by its sign', async () => {
  const chosen = questions.askPlace('backup-folder', '');
  questions.answer(id(), true, '~/');
  expect(await chosen).toEqual([homedir()]);
});

it('takes a no and a closed host for no place', async () => {
  const cancelled = questions.askPlace('export-folder', folder.path);
  questions.answer(id(), false, folder.path);
  expect(await cancelled).toEqual([]);
  const open = questions.askPlace('export-folder', folder.path);
  questions.close();
  expect(await open).toEqual([]);
});
