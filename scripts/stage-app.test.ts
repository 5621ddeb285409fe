import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '#core/testing/test-kit.ts';
import { stageOnce } from './stage-app.mjs';

describe('the staged app', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let root: string;
  let parent: string;
  const running = new Set<number>();
  beforeEach(() => {
    folder = temporaryFolder();
    root = join(folder.path, 'project');
    parent = join(folder.path, 'staged');
    running.clear();
    mkdirSync(join(root, 'out', 'renderer'), { recursive: true });
    writeFileSync(join(root, 'package.json'), '{}');
    build('first');
  });
  afterEach(() => folder.remove());

  const build = (page: string) => writeFileSync(join(root, 'out', 'renderer', 'index.html'), page);
  const start = (pid: number) => {
    running.add(pid);
    const isRunning = (one: number) => running.has(one);
    return stageOnce({ root, dist: join(folder.path, 'electron'), parent, pid, isRunning }).folder;
  };
  const pageIn = (staged: string) => readFileSync(join(staged, 'out', 'renderer', 'index.html'), 'utf8');

  it('has what was built, in one folder for as long as that is the same', () => {
    const staged = start(1);
    expect(pageIn(staged)).toBe('first');
    writeFileSync(join(staged, 'here-before'), '');
    expect(start(2)).toBe(staged);
    expect(existsSync(join(staged, 'here-before'))).toBe(true);
  });

  it('keeps the files of an app that runs when another build is started', () => {
    const first = start(1);
    build('second');
    const second = start(2);
    expect([pageIn(first), pageIn(second)]).toEqual(['first', 'second']);
  });

  it('leaves nothing of an earlier build when nothing runs from it', () => {
    const first = start(1);
    writeFileSync(join(parent, 'earlier.7'), '');
    mkdirSync(join(parent, 'earlier.7.unfinished'));
    running.delete(1);
    build('second');
    const second = start(2);
    expect(existsSync(first)).toBe(false);
    expect(readdirSync(parent).map((name) => join(parent, name))).toEqual([second, `${second}.2`]);
  });
});
