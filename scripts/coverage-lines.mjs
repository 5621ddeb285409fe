// Prints how much of each folder the tests ran, from the summary that vitest's coverage leaves. Plain JavaScript: test.mjs runs it.
import { readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

/** One line for each folder with the lines of product code in it, those that a test ran, and their share. */
export function coverageLines(summary, root) {
  const folders = new Map();
  for (const [path, { lines }] of Object.entries(summary)) {
    if (path === 'total') continue;
    const [first = '', second = ''] = relative(root, path).split(sep);
    const folder = first === 'electron' || first === 'signaling-server' ? `${first}/${second}` : first;
    const sum = folders.get(folder) ?? { total: 0, covered: 0 };
    folders.set(folder, { total: sum.total + lines.total, covered: sum.covered + lines.covered });
  }
  const rows = [...folders].sort(([left], [right]) => (left < right ? -1 : 1));
  const width = Math.max(0, ...rows.map(([folder]) => folder.length));
  return rows.map(([folder, { total, covered }]) => {
    const share = total === 0 ? 100 : (100 * covered) / total;
    return `  ${folder.padEnd(width)}  ${share.toFixed(1).padStart(5)} % of ${total} lines`;
  });
}

/** Reads the summary and prints it; says nothing where there is none. */
export function printCoverage(root) {
  try {
    const summary = JSON.parse(readFileSync(join(root, 'node_modules/.cache/coverage/coverage-summary.json'), 'utf8'));
    console.log(`\nCovered by unit, contract and integration tests:\n${coverageLines(summary, root).join('\n')}`);
  } catch (error) {
    console.log(`There is no coverage to show: ${error instanceof Error ? error.message : error}`);
  }
}
