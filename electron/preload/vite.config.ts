import { join } from 'node:path';
import { defineConfig } from 'vite';

/** A sandboxed preload script is one CommonJS file. */
export default defineConfig({
  root: import.meta.dirname,
  build: {
    outDir: '../../out/preload',
    emptyOutDir: true,
    target: 'chrome140',
    minify: false,
    lib: { entry: join(import.meta.dirname, 'preload.ts'), formats: ['cjs'], fileName: () => 'preload.cjs' },
    rolldownOptions: { external: ['electron'] },
  },
});
