// bpmn-js reads and writes the labels of a diagram in one module, and reads some while it draws: there, viewer/english.js
// is asked first. The build stops when the library looks otherwise (a new version).
import { fileURLToPath } from 'node:url';

const english = JSON.stringify(fileURLToPath(new URL('../viewer/english.js', import.meta.url)));
const READ = 'export function getLabel(element) {';
const WRITE = 'export function setLabel(element, text) {';

const CHANGES = [
  {
    module: /[\\/]bpmn-js[\\/]lib[\\/]util[\\/]LabelUtil\.js$/,
    changes: [
      [READ, `import * as english from ${english};\n${READ}\n  const other = english.label(element);\n  if (other) return other;`],
      [WRITE, `${WRITE}\n  if (english.relabel(element, text)) return element;`],
    ],
  },
  {
    module: /[\\/]bpmn-js[\\/]lib[\\/]draw[\\/]BpmnRenderer\.js$/,
    changes: [
      ['renderLabel(parentGfx, semantic.name, {', 'renderLabel(parentGfx, getLabel(element), {'],
      ["var text = semantic.get('name');", 'var text = getLabel(element);'],
      ["name = semantic.get('name');", 'name = getLabel(element);'],
      ["text = semantic.get('text') || '';", "text = getLabel(element) || '';"],
    ],
  },
];

export default function labels() {
  return {
    name: 'labels',
    transform(code, id) {
      const found = CHANGES.find((one) => one.module.test(id));
      if (!found) return null;
      let out = code;
      for (const [from, to] of found.changes) {
        if (!out.includes(from)) throw new Error(`bpmn-js no longer says: ${from}`);
        out = out.replace(from, to);
      }
      return { code: out, map: null };
    },
  };
}
