// Draws the icons named in icons.txt (one a line) into one SVG file of symbols, so that a page loads them once.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

export default function sprite(list) {
  return {
    name: 'sprite',
    generateBundle() {
      const names = readFileSync(list, 'utf8').split('\n').map((line) => line.trim()).filter(Boolean);
      const symbols = names.map((name) => {
        const svg = readFileSync(require.resolve(`@tabler/icons/outline/${name}.svg`), 'utf8');
        const paths = svg.slice(svg.indexOf('>', svg.indexOf('<svg')) + 1, svg.lastIndexOf('</svg>'));
        return `<symbol id="${name}" viewBox="0 0 24 24">${paths.replace(/\s+/g, ' ').trim()}</symbol>`;
      });
      this.emitFile({
        type: 'asset',
        name: 'icons.svg',
        originalFileName: 'icons.svg',
        source: `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join('')}</svg>`,
      });
    },
  };
}
