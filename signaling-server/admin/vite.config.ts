import { join } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** The admin page, built into a folder beside the server's bundle. Addresses are relative: it may sit behind a prefix. */
export default defineConfig({
  root: import.meta.dirname,
  base: './',
  plugins: [react()],
  build: {
    outDir: join(import.meta.dirname, '../../out/signaling-server/admin'),
    emptyOutDir: true,
    target: ['chrome123', 'firefox121', 'safari17.5'],
    // The page's policy allows no inline anything, also no data: fonts or pictures.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: false,
    license: { fileName: 'third-party-licenses.md' },
    reportCompressedSize: false,
  },
});
