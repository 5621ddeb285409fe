import { cpSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildDue, forgetBuilt, noteBuilt, PARTS, sourceHash } from './build-stamp.mjs';

describe('whether a part of the build is due', () => {
  let root: string;
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'parley-build-'));
    write('package-lock.json', '{}');
    write('shared/model/room.ts', 'export {};');
    write('renderer/main.tsx', 'export {};');
    write('renderer/ui/button.module.css', '.a {}');
    write(PARTS.renderer.output, '<!doctype html>');
    noteBuilt('renderer', sourceHash('renderer', root), root);
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  it('it is not, while the sources are what they were', () => {
    expect(buildDue('renderer', root)).toBe(false);
    utimesSync(join(root, 'renderer/main.tsx'), 9_999_999_999, 9_999_999_999);
    expect(buildDue('renderer', root)).toBe(false);
  });

  it.each([
    ['a source changed', () => write('renderer/main.tsx', 'export const a = 1;')],
    ['a style changed', () => write('renderer/ui/button.module.css', '.b {}')],
    ['what it shares changed', () => write('shared/model/room.ts', 'export const a = 1;')],
    ['a source is new', () => write('renderer/new.ts', '')],
    ['a source is gone', () => rmSync(join(root, 'renderer/main.tsx'))],
    ['a source has another name', () => cpSync(join(root, 'renderer/main.tsx'), join(root, 'renderer/other.tsx'))],
    ['packages changed', () => write('package-lock.json', '{"a":1}')],
    ['what was built is gone', () => rmSync(join(root, PARTS.renderer.output))],
    ['the build was broken off', () => forgetBuilt('renderer', root)],
  ])('it is, when %s', (_name, change) => {
    change();
    expect(buildDue('renderer', root)).toBe(true);
  });

  it('tests and notes make nothing due', () => {
    write('renderer/main.test.tsx', 'x');
    write('renderer/README.md', 'x');
    expect(buildDue('renderer', root)).toBe(false);
  });
});
