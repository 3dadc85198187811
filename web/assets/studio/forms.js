// The form editor: form-js, with a preview that behaves as the form will in the task.
import '@bpmn-io/form-js/dist/assets/form-js.css';
import '@bpmn-io/form-js/dist/assets/form-js-editor.css';
import '@bpmn-io/form-js/dist/assets/properties-panel.css';

import { Form, FormEditor } from '@bpmn-io/form-js';

import { say } from '../base/texts.js';

export async function openForm(canvas, panel, text, { onChange, readonly }) {
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
  const toggle = document.createElement('button');
  toggle.type = 'button';
  toggle.className = 'button floating';
  const label = () => {
    toggle.textContent = preview.hidden ? say('Preview') : say('Back to editing');
    toggle.setAttribute('aria-pressed', String(!preview.hidden));
  };
  toggle.addEventListener('click', async () => {
    preview.hidden = !preview.hidden;
    place.hidden = !preview.hidden;
    if (!preview.hidden) await shown.importSchema(editor.saveSchema(), {});
    label();
  });
  label();
  canvas.append(toggle);

  return {
    editor,
    destroy() {
      editor.destroy();
      shown.destroy();
      canvas.replaceChildren();
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
  await form.importSchema(JSON.parse(text), {});
  return { destroy: () => form.destroy(), focus: () => false, mark() {} };
}
