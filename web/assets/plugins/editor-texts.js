// The form editor and the token simulation speak English only. While they are bundled, each sentence of theirs which
// stands in studio/zh/forms.js or studio/zh/simulation.js becomes a call of `say`, so that it follows the page's
// language. The panel of properties asks for translations, but is not given any: it gets ours. The build stops when a
// sentence is no longer there (a new version of the library).
import { fileURLToPath } from 'node:url';

import forms from '../studio/zh/forms.js';
import simulation from '../studio/zh/simulation.js';

const at = (path) => JSON.stringify(fileURLToPath(new URL(path, import.meta.url)));
const TEXTS = `import { say } from ${at('../base/texts.js')};\n`;
const FALLBACK = 'function translateFallback(template, replacements) {';
const translated = `import { translate as ourTranslate } from ${at('../studio/translate.js')};\n`;
const PAUSE = "${ wait ? 'Remove' : 'Add' } pause point";
const withTexts = (code) => (code.includes(TEXTS) ? code : TEXTS + code); // form-texts.js may have been here
const FORMS = /@bpmn-io[\\/]form-js-(editor|viewer)[\\/]dist[\\/]index\.es\.js$/;
const SIMULATION = /bpmn-js-token-simulation[\\/]lib[\\/].*\.js$/;
const PANEL = /@bpmn-io[\\/]properties-panel[\\/]dist[\\/]index\.esm\.js$/;
const DRAGGING = /dmn-js-decision-table[\\/]lib[\\/]features[\\/]drag-and-drop[\\/]DragAndDrop\.js$/;
const TABLE_MENU = /dmn-js-decision-table[\\/]lib[\\/]features[\\/]context-menu[\\/]ContextMenu\.js$/;
const MENU = '"Decision table context menu"';
const MOVE = "`Move ${isInput(col) ? 'Input' : 'Output'}`";
const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
// a text stands where it is shown or handed out, never where it is compared
const BEFORE = '((?:[?,[]|(?<!say)[(]|[^=!]=|:|return|\\|\\|)\\s*)';

// One sentence: 'text', "text" or `text ${value}`; {0}, {1} stand for the values.
function pattern(text) {
  const values = /\{\d\}/.test(text);
  const body = escaped(text).replace(/\\\{\d\\\}/g, '\\$\\{([^}]+)\\}');
  return values ? new RegExp(`${BEFORE}\`${body}\``, 'g') : new RegExp(`${BEFORE}(["'])${body.replaceAll("'", "\\\\?'")}\\2(?!\\s*:\\s*[{[])`, 'g');
}

function spoken(code, texts, found) {
  let out = code;
  for (const text of Object.keys(texts)) {
    out = out.replace(pattern(text), (whole, before, ...rest) => {
      found.add(text);
      const values = text.match(/\{\d\}/g) ?? [];
      return `${before}say(${[JSON.stringify(text), ...rest.slice(0, values.length)].join(', ')})`;
    });
  }
  return out;
}

// Texts inside HTML templates: attributes and content.
function inMarkup(code, texts, found) {
  let out = code;
  for (const text of Object.keys(texts)) {
    const body = escaped(text).replace(/\\\{\d\\\}/g, '\\$\\{([^}]+)\\}');
    const call = (values) => `\${say(${[JSON.stringify(text), ...values].join(', ')})}`;
    const count = (text.match(/\{\d\}/g) ?? []).length;
    out = out.replace(new RegExp(`(title="|>|\`|\\n\\s+)${body}(?="|<|\\s+<|\\s*\\n)`, 'g'), (whole, before, ...rest) => {
      found.add(text);
      return `${before}${call(rest.slice(0, count))}`;
    });
  }
  return out;
}

function withTranslate(code) {
  return code.includes(FALLBACK) ? translated + code.replace(FALLBACK, `${FALLBACK}\n  template = ourTranslate(template);`) : code;
}

export default function editorTexts() {
  const found = new Set();
  const seen = new Set();
  return {
    name: 'editor-texts',
    transform(code, id) {
      if (FORMS.test(id)) {
        seen.add('forms');
        return { code: withTexts(withTranslate(spoken(code, forms, found))), map: null };
      }
      if (SIMULATION.test(id)) {
        seen.add('simulation');
        let out = code.replace(PAUSE, () => {
          for (const text of ['Remove pause point', 'Add pause point']) found.add(text);
          return "${ wait ? say('Remove pause point') : say('Add pause point') }";
        });
        out = spoken(inMarkup(out, simulation, found), simulation, found);
        return out === code ? null : { code: withTexts(out), map: null };
      }
      if (DRAGGING.test(id)) {
        if (!code.includes(MOVE)) throw new Error('dmn-js moves columns under another title now');
        return { code: code.replace(MOVE, `this._translate(${MOVE})`), map: null };
      }
      if (TABLE_MENU.test(id)) return { code: translated + code.replace(MENU, `ourTranslate(${MENU})`), map: null };
      if (PANEL.test(id)) return { code: withTranslate(code.replace('children: "Opened in popup"', "children: translateFallback('Opened in popup')")), map: null };
      return null;
    },
    buildEnd(error) {
      if (error) return;
      const wanted = [...(seen.has('forms') ? Object.keys(forms) : []), ...(seen.has('simulation') ? Object.keys(simulation) : [])];
      const gone = wanted.filter((text) => !found.has(text));
      if (gone.length) throw new Error(`The editors no longer say: ${gone.join(' | ')}`);
    },
  };
}
