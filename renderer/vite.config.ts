import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

/** Holds the first paint back until the script has run: it is the script that knows the theme. */
const paintsWhenStyled: Plugin = {
  name: 'reprise:paints-when-styled',
  transformIndexHtml: {
    order: 'post',
    handler: (html) =>
      html.replace('<script type="module"', '<script type="module" blocking="render"'),
  },
};

export default defineConfig({
  // Assets are found relative to the page: the host serves them at /, Electron at app://reprise/.
  base: './',
  plugins: [react(), paintsWhenStyled],
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
