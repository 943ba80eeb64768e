import preact from '@preact/preset-vite';
import { defineConfig } from 'vite';

/**
 * Bundles the console into `dist/console`, which the HTTP API serves at `/`. Nothing is inlined and no polyfill is
 * injected, so that the page runs under a policy that allows scripts and styles from its own origin only.
 */
export default defineConfig({
  root: import.meta.dirname,
  base: '/',
  plugins: [preact({ prefreshEnabled: false, devToolsEnabled: false, reactAliasesEnabled: false })],
  build: {
    outDir: '../../../dist/console',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  // The API of a `npm start` beside `vite --config src/faces/console/vite.config.ts`, for work on the page itself.
  server: { proxy: { '/v1': 'http://127.0.0.1:8080' } },
});
