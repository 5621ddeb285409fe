import { configDefaults, defineConfig } from 'vitest/config';

/**
 * Workers read TypeScript through Node's WebAssembly transpiler. V8 of Node 24 crashes now and then (`jit_page.has_value`) when it replaces
 * the wrapper of a function that WebAssembly calls often and other workers do so too; with this budget it keeps the first one.
 */
const execArgv = ['--wasm-wrapper-tiering-budget=2147483647'];
const exclude = [...configDefaults.exclude, 'out/**', 'release/**'];

export default defineConfig({
  test: {
    // Retrying would hide a race.
    retry: 0,
    coverage: {
      provider: 'v8',
      include: [
        '{shared,renderer,electron/core,electron/loopback,signaling-server/src,signaling-server/admin}/**/*.{ts,tsx}',
      ],
      exclude: ['**/*.test.{ts,tsx}', '**/testing/**', '**/*.d.ts'],
      reporter: ['json-summary'],
      reportsDirectory: 'node_modules/.cache/coverage',
    },
    reporters: ['default'],
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            '{shared,electron,renderer,signaling-server,scripts,bench,build}/**/*.test.{ts,tsx}',
            'tests/{support,probe}/**/*.test.ts',
          ],
          exclude,
          execArgv,
          testTimeout: 20_000,
        },
      },
      { test: { name: 'contract', include: ['tests/contract/**/*.test.ts'], exclude, execArgv, testTimeout: 30_000 } },
      {
        test: {
          name: 'integration',
          include: ['tests/integration/**/*.test.ts'],
          exclude,
          execArgv,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          // The shipped files, with the real programs that they are for.
          name: 'deploy',
          include: ['tests/deploy/**/*.test.ts'],
          exclude,
          execArgv,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['tests/{e2e,network}/**/*.test.ts'],
          exclude,
          execArgv,
          testTimeout: 180_000,
          hookTimeout: 180_000,
          // Browsers with video need the machine for themselves.
          fileParallelism: false,
        },
      },
      {
        test: {
          // The same app in the real Electron.
          name: 'electron',
          include: ['tests/electron/**/*.test.ts'],
          exclude,
          execArgv,
          testTimeout: 120_000,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
