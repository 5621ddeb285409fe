import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Electron's main process, the worker that keeps the history, and the utility process around the server. */
export default defineConfig({
  root: here('.'),
  ssr: { target: 'node', noExternal: true, external: ['electron', 'better-sqlite3'] },
  build: {
    ssr: true,
    outDir: here('../../out/main'),
    emptyOutDir: true,
    target: 'node24',
    minify: false,
    sourcemap: false,
    reportCompressedSize: false,
    rolldownOptions: {
      input: {
        main: here('./main.ts'),
        'history-worker': here('../core/history/history-worker.ts'),
        'server-host': here('./server-host.ts'),
      },
      external: ['electron', /^electron\//, 'better-sqlite3'],
      output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
    },
  },
});
