// One build for the whole product: every entry below becomes a script and a style sheet with a hash in its name;
// web/pages/assets.py finds them in the manifest.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

import adoptedStyles from './plugins/adopted-styles.js';
import editorTexts from './plugins/editor-texts.js';
import formTexts from './plugins/form-texts.js';
import labels from './plugins/labels.js';
import sprite from './plugins/sprite.js';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here('.'),
  base: '/static/build/',
  publicDir: false,
  plugins: [adoptedStyles(), sprite(here('icons.txt')), formTexts(), editorTexts(), labels()],
  build: {
    outDir: here('../static/build'),
    emptyOutDir: true,
    manifest: 'manifest.json',
    sourcemap: false,
    chunkSizeWarningLimit: 1500, // weights are tested gzipped, page by page
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    target: 'es2022',
    rolldownOptions: {
      input: {
        base: here('base/index.js'),
        inbox: here('inbox/index.js'),
        task: here('task/index.js'),
        viewer: here('viewer/index.js'),
        monitor: here('monitor/index.js'),
        dashboard: here('dashboard/index.js'),
        intake: here('intake/index.js'),
        studio: here('studio/index.js'),
        library: here('library/index.js'),
        compare: here('compare/index.js'),
        migrate: here('migrate/index.js'),
        admin: here('admin/index.js'),
      },
    },
  },
});
