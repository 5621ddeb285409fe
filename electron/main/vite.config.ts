import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { defineConfig } from 'vite';

/** Electron's main process, the history's worker and the utility process around the server. Native parts stay outside. */
export default defineConfig({
  root: import.meta.dirname,
  resolve: { conditions: ['node'] },
  build: {
    outDir: '../../out/main',
    emptyOutDir: true,
    target: 'node24',
    minify: false,
    ssr: true,
    rolldownOptions: {
      input: {
        main: join(import.meta.dirname, 'main.ts'),
        'history-worker': join(import.meta.dirname, '..', 'core', 'history', 'history-worker.ts'),
        'server-host': join(import.meta.dirname, 'server-host.ts'),
      },
      external: ['electron', 'better-sqlite3', ...builtinModules, /^node:/],
      output: { entryFileNames: '[name].js', format: 'es' },
    },
  },
  ssr: { noExternal: true, external: ['electron', 'better-sqlite3'] },
});
