import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** One CommonJS file: a sandboxed preload script can load nothing beside Electron itself. */
export default defineConfig({
  root: here('.'),
  build: {
    lib: { entry: here('./preload.ts'), formats: ['cjs'], fileName: () => 'preload.cjs' },
    outDir: here('../../out/preload'),
    emptyOutDir: true,
    target: 'chrome140',
    minify: false,
    sourcemap: false,
    reportCompressedSize: false,
    rolldownOptions: { external: ['electron', 'electron/renderer'] },
  },
});
