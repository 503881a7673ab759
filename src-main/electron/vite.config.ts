import path from 'node:path';
import { defineConfig } from 'vite';

/** What the desktop app needs beside the node side: the preload script, in the one form a sandboxed window takes, and the icons. */
export default defineConfig({
  root: import.meta.dirname,
  publicDir: path.join(import.meta.dirname, 'public'),
  build: {
    outDir: path.join(import.meta.dirname, '..', '..', 'dist', 'node'),
    // The node side is there already.
    emptyOutDir: false,
    target: 'chrome140',
    minify: false,
    modulePreload: { polyfill: false },
    lib: { entry: path.join(import.meta.dirname, 'preload.ts'), formats: ['cjs'], fileName: () => 'preload.cjs' },
    rolldownOptions: { external: ['electron'] },
  },
});
