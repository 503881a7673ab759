import path from 'node:path';
import { defineConfig } from 'vite';

/** The node side as a bundle: what an installed package and the desktop app run, because Node does not strip types below node_modules. */
export default defineConfig({
  root: import.meta.dirname,
  // All dependencies are taken in, so that the package needs no node_modules; Electron itself is the runtime.
  ssr: { noExternal: true, external: ['electron', 'koffi'], target: 'node' },
  // write-file-atomic makes the names of its temporary files from it, and modules have none.
  define: { __filename: 'import.meta.filename' },
  build: {
    ssr: true,
    target: 'node24',
    outDir: path.join(import.meta.dirname, '..', 'dist', 'node'),
    emptyOutDir: true,
    // A stack trace in a bug report must be readable.
    minify: false,
    rolldownOptions: {
      input: {
        cli: path.join(import.meta.dirname, 'cli', 'main.ts'),
        worker: path.join(import.meta.dirname, 'worker', 'main.ts'),
        lab: path.join(import.meta.dirname, 'worker', 'lab', 'process.ts'),
        scout: path.join(import.meta.dirname, 'worker', 'scout.ts'),
        desktop: path.join(import.meta.dirname, 'electron', 'main.ts'),
      },
      output: {
        format: 'es',
        entryFileNames: '[name].js',
        // Beside the entries: fork-host finds worker.js, scout.js and lab.js next to the file it is in.
        chunkFileNames: '[name]-[hash].js',
      },
    },
  },
});
