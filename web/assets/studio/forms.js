// The form editor: form-js, with a preview that behaves as the form will in the task.
import formLook from '@bpmn-io/form-js/dist/assets/form-js.css?inline';
import editorLook from '@bpmn-io/form-js/dist/assets/form-js-editor.css?inline';
import panelLook from '@bpmn-io/form-js/dist/assets/properties-panel.css?inline';
import { Form, FormEditor } from '@bpmn-io/form-js';

import { language, say } from '../base/texts.js';
import { conditionsOf } from '../forms/data.js';
import taskLook from '../forms/form.css?inline';

// The preview looks as the form will in the task; the editor around it keeps the looks it was measured for. They are
// there while a form is open: panel and palette of the diagram have the same class names and another look.
const looks = [formLook, editorLook, panelLook, `.form-preview { ${taskLook} }`].map((text) => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  return sheet;
});

let dressed = 0; // forms which are open: one may still be opening while another is left

function dress() {
  dressed += 1;
  if (dressed === 1) document.adoptedStyleSheets = [...document.adoptedStyleSheets, ...looks];
}

function undress() {
  dressed -= 1;
  if (dressed === 0) document.adoptedStyleSheets = document.adoptedStyleSheets.filter((one) => !looks.includes(one));
}

// What texts and conditions of a form can speak of, as a case of nobody.
const SAMPLE = {
  case: {
    number: 'TS20260301-DEMO0001',
    summary: '空调有异响 / The air conditioner rattles',
    demand: '退款 / Refund',
    amount_claimed: 3000,
    product: 'KFR-35GW',
    order_no: 'A20260215-0071',
    plan: { remedy: '退款 / Refund', amount: 3000 },
  },
};

export async function openForm(canvas, panel, text, { onChange, readonly }) {
  dress();
  try {
    return await open(canvas, panel, text, { onChange, readonly });
  } catch (error) {
    undress();
    throw error;
  }
}

async function open(canvas, panel, text, { onChange, readonly }) {
  if (readonly) return showForm(canvas, text);
  const place = document.createElement('div');
  place.className = 'form-editor';
  const preview = document.createElement('div');
  preview.className = 'form-preview sheet';
  preview.hidden = true;
  canvas.append(place, preview);
  const editor = new FormEditor({ container: place, propertiesPanel: { parent: panel } });
  const schema = JSON.parse(text);
  await editor.importSchema(schema);
  editor.on('changed', () => onChange(`${JSON.stringify(editor.saveSchema(), null, 2)}\n`));

  const shown = new Form({ container: preview });
  const bar = document.createElement('div');
  bar.className = 'form-bar';
  const toggle = document.createElement('button');
  toggle.type = 'button';
  toggle.className = 'button';
  const hint = document.createElement('span');
  hint.className = 'small';
  const label = () => {
    toggle.textContent = preview.hidden ? say('Preview') : say('Back to editing');
    toggle.setAttribute('aria-pressed', String(!preview.hidden));
    hint.textContent = preview.hidden ? '' : say('With the data of a made-up case; nothing is sent.');
  };
  toggle.addEventListener('click', async () => {
    preview.hidden = !preview.hidden;
    place.hidden = !preview.hidden;
    if (!preview.hidden) await shown.importSchema(conditionsOf(inOurLanguage(editor.saveSchema())), SAMPLE);
    label();
  });
  label();
  bar.append(toggle, hint);
  canvas.prepend(bar);

  return {
    editor,
    destroy() {
      editor.destroy();
      shown.destroy();
      undress();
      for (const one of [bar, place, preview]) one.remove();
    },
    replace: (changed) => editor.importSchema(JSON.parse(changed)),
    focus(id) {
      const field = editor.get('formFieldRegistry').getAll().find((one) => one.key === id || one.id === id);
      if (field) editor.get('selection').set(field);
      return Boolean(field);
    },
    mark() {},
  };
}

// In review: the form as people will see it.
async function showForm(canvas, text) {
  const place = document.createElement('div');
  place.className = 'form-preview sheet';
  canvas.append(place);
  const form = new Form({ container: place });
  await form.importSchema(conditionsOf(inOurLanguage(JSON.parse(text))), SAMPLE);
  return {
    destroy() {
      form.destroy();
      undress();
    },
    focus: () => false,
    mark() {},
  };
}

// The texts as people of this page's language will read them: what has a translation carries it as `…-en`.
function inOurLanguage(schema) {
  if (language === 'zh') return schema;
  const translated = (one) => {
    const own = Object.entries({ ...one, ...one.properties }).filter(([key]) => key.endsWith('-en'));
    const made = { ...one, ...Object.fromEntries(own.map(([key, text]) => [key.slice(0, -3), text])) };
    for (const list of ['components', 'values']) if (Array.isArray(one[list])) made[list] = one[list].map(translated);
    return made;
  };
  return translated(schema);
}
