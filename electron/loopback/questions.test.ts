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

it('asks about a computer by its name, and names what a yes hands out', async () => {
  const page = new AbortController();
  const agreed = questions.askComputer('<b>Laptop', page.signal);
  const { body } = questions.show(id());
  expect(body).toContain('Make &lt;b&gt;Laptop one of your computers?');
  expect(body).toContain('all your rooms with their keys');
  expect(questions.answer(id(), true).body).toContain('The computer is being added');
  expect(await agreed).toBe(true);
  const refused = questions.askComputer('Laptop', page.signal);
  questions.answer(id(), false);
  expect(await refused).toBe(false);
});

it('takes a withdrawn question away, and shows none that was withdrawn before', async () => {
  const page = new AbortController();
  const agreed = questions.askComputer('Laptop', page.signal);
  page.abort();
  expect(await agreed).toBe(false);
  expect(questions.answer(id(), true).status).toBe(410);
  expect(await questions.askComputer('Laptop', page.signal)).toBe(false);
  expect(shown).toHaveLength(1);
});

it('takes a no and a closed host for no place', async () => {
  const cancelled = questions.askPlace('export-folder', folder.path);
  questions.answer(id(), false, folder.path);
  expect(await cancelled).toEqual([]);
  const open = questions.askPlace('export-folder', folder.path);
  questions.close();
  expect(await open).toEqual([]);
});
