import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { defineConfig } from 'vite';

/** The server with everything it needs: for the packaged app, for the image and for the package that stands alone. */
export default defineConfig({
  root: import.meta.dirname,
  build: {
    outDir: '../out/signaling-server',
    emptyOutDir: true,
    // The oldest that src/main.ts starts on.
    target: 'node22',
    minify: false,
    license: { fileName: 'third-party-licenses.md' },
    ssr: join(import.meta.dirname, 'src', 'main.ts'),
    rolldownOptions: {
      external: [...builtinModules, /^node:/],
      output: {
        entryFileNames: 'main.js',
        // Without blanks and remarks alone: a process keeps the text of what it loaded, 3 MiB of it, and names stay for stacks.
        minify: { compress: false, mangle: false, codegen: true },
      },
    },
  },
  ssr: { noExternal: true },
});
