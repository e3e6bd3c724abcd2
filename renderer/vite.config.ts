import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  // Assets are found relative to the page: the host serves them at /, Electron at app://reprise/.
  base: './',
  plugins: [react()],
  build: {
    outDir: '../dist/renderer',
    emptyOutDir: true,
    target: 'chrome130',
    // Nothing may become a data: URL or an inline script: `script-src 'self'` forbids both.
    assetsInlineLimit: 0,
    // What is agreed with the engine has no effect by itself: schemas that are not used stay out.
    rolldownOptions: {
      treeshake: { moduleSideEffects: [{ test: /\/shared\//, sideEffects: false }] },
    },
    modulePreload: { polyfill: false },
    // In kB before compression; what counts is the first load at most 200 kB compressed.
    chunkSizeWarningLimit: 700,
  },
});
