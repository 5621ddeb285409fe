import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { defineConfig } from 'vite';

/** The server as one file with everything it needs, for the packaged app's embedded server. */
export default defineConfig({
  root: import.meta.dirname,
  build: {
    outDir: '../out/signaling-server',
    emptyOutDir: true,
    target: 'node24',
    minify: false,
    ssr: join(import.meta.dirname, 'src', 'main.ts'),
    rolldownOptions: { external: [...builtinModules, /^node:/], output: { entryFileNames: 'main.js' } },
  },
  ssr: { noExternal: true },
});
