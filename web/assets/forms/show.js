// One way to show a form-js form in the design system's colours.
import '@bpmn-io/form-js-viewer/dist/assets/form-js-base.css';
import './form.css';
import './dates.js';

import { Form } from '@bpmn-io/form-js-viewer';

import { conditionsOf } from './data.js';

export async function showForm(container, schema, data) {
  container.replaceChildren();
  const form = new Form({ container });
  await form.importSchema(conditionsOf(schema), data);
  return form;
}

// Puts the server's faults ({path, message}) beside the fields they name; gives those which name no field.
export function showFaults(form, faults) {
  const registry = form.get('formFieldRegistry');
  const errors = {};
  const others = [];
  for (const fault of faults) {
    const field = registry.getAll().find((one) => one.key && (fault.path === one.key || fault.path.startsWith(`${one.key}.`)));
    if (field) errors[field.id] = [...(errors[field.id] ?? []), fault.message];
    else others.push(fault);
  }
  form._setState({ errors });
  return others;
}
