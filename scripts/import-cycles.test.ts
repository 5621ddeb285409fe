import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../signaling-server/src');

/** The imports of each product file of the server from beside or around it, by paths inside `src`. */
function importsByFile(): Map<string, string[]> {
  const files = readdirSync(ROOT, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && !file.split(/[\\/]/).includes('testing'),
  );
  return new Map(
    files.map((file) => {
      const text = readFileSync(join(ROOT, file), 'utf8');
      const imported = [...text.matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)].map(([, path = '']) =>
        relative(ROOT, join(ROOT, dirname(file), path)),
      );
      return [file, imported];
    }),
  );
}

/** The imports between the folders of `src`. The files in `src` itself compose the folders and are left out. */
function importsByFolder(files: ReadonlyMap<string, readonly string[]>): Map<string, string[]> {
  const folders = new Map<string, string[]>();
  for (const [file, imported] of files) {
    const from = dirname(file);
    const known = folders.get(from) ?? [];
    known.push(...imported.map((path) => dirname(path)).filter((to) => to !== from && to !== '.'));
    if (from !== '.') folders.set(from, known);
  }
  return folders;
}

/** One circle of imports, as the way back to its beginning; empty when there is none. */
function findCycle(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const done = new Set<string>();
  const visit = (name: string, way: readonly string[]): string[] => {
    const at = way.indexOf(name);
    if (at >= 0) return [...way.slice(at), name];
    if (done.has(name)) return [];
    for (const next of graph.get(name) ?? []) {
      const cycle = visit(next, [...way, name]);
      if (cycle.length > 0) return cycle;
    }
    done.add(name);
    return [];
  };
  for (const name of graph.keys()) {
    const cycle = visit(name, []);
    if (cycle.length > 0) return cycle;
  }
  return [];
}

describe('the imports of the signaling server', () => {
  it('are found, and a circle among them would be', () => {
    const files = importsByFile();
    expect(files.get('main.ts')?.length).toBeGreaterThan(0);
    expect(importsByFolder(files).get('rooms')).toContain('cluster');
    expect(
      findCycle(
        new Map([
          ['a', ['b']],
          ['b', ['c', 'd']],
          ['d', ['b']],
        ]),
      ),
    ).toEqual(['b', 'd', 'b']);
  });

  it('make no circle of files', () => {
    expect(findCycle(importsByFile())).toEqual([]);
  });

  it('make no circle of folders', () => {
    expect(findCycle(importsByFolder(importsByFile()))).toEqual([]);
  });
});
