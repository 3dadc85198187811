// A published version as the studio reads a draft: its files, and what the gate said when it was published.
import { call, text } from '../base/api.js';

export function published(key, version) {
  const address = `/api/v1/definitions/${key}/versions/${version}`;
  return {
    async send() {
      const { data } = await call('GET', `${address}/files`);
      const paths = data.items.map((one) => one.path);
      const texts = await Promise.all(paths.map((path) => text(`${address}/files/${path.split('/').map(encodeURIComponent).join('/')}`)));
      return { data: { files: Object.fromEntries(paths.map((path, index) => [path, texts[index]])) }, rev: version };
    },
    async check() {
      const { data } = await call('GET', address);
      return { data: { accepted: true, findings: data.lint } };
    },
  };
}
