import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The signaling server as one file with everything in it, for the packaged app to start beside itself. */
export default defineConfig({
  root: here('..'),
  // Both are optional: pretty logs need a terminal, and native speed-ups of the WebSocket library are not shipped.
  ssr: { target: 'node', noExternal: true, external: ['pino-pretty', 'bufferutil', 'utf-8-validate'] },
  build: {
    ssr: true,
    outDir: here('../out/signaling-server'),
    emptyOutDir: true,
    target: 'node24',
    minify: false,
    sourcemap: false,
    reportCompressedSize: false,
    rolldownOptions: {
      input: { main: here('../signaling-server/src/main.ts') },
      external: ['pino-pretty', 'bufferutil', 'utf-8-validate'],
      output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
    },
  },
});
