// Try it: values for a decision's inputs go to the server, which evaluates the saved file as it would in a case.
import { call, complain } from '../base/api.js';
import { language, say } from '../base/texts.js';

// "12" is a number, "true" a boolean, everything else a text; an empty field is null.
function typed(text) {
  if (text === '') return null;
  if (/^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  if (text === 'true' || text === 'false') return text === 'true';
  return text;
}

export function openTry(panel, modeler, { address, path, save }) {
  const form = document.createElement('form');
  form.className = 'try stack';
  panel.replaceChildren(form);
  let decision;

  const inputs = () => {
    const view = modeler.getActiveView();
    decision = view?.element;
    const logic = decision?.decisionLogic;
    const columns = (logic?.input ?? []).filter((one) => one.inputExpression?.text);
    return new Map(columns.map((one) => [one.inputExpression.text, one]));
  };

  const render = () => {
    const columns = inputs();
    const names = [...columns.keys()];
    const head = document.createElement('h2');
    head.textContent = say('Try it');
    const text = document.createElement('p');
    text.className = 'small muted';
    text.textContent = names.length ? say('The server evaluates the saved decision with these values.') : say('Open a decision table to try it.');
    form.replaceChildren(head, text);
    for (const name of names) {
      const field = document.createElement('label');
      field.className = 'field';
      const label = document.createElement('span');
      label.textContent = columns.get(name).label || name;
      const code = document.createElement('code');
      code.className = 'small muted';
      code.textContent = columns.get(name).label ? name : '';
      field.append(label, inputFor(columns.get(name), name), code);
      form.append(field);
    }
    if (names.length) {
      const button = document.createElement('button');
      button.className = 'button primary';
      button.textContent = say('Evaluate');
      const result = document.createElement('div');
      result.className = 'result';
      result.setAttribute('aria-live', 'polite');
      form.append(button, result);
    }
    light([]);
  };

  const light = (rules) => {
    for (const cell of document.querySelectorAll('.dmn-decision-table-container tr.matched')) cell.classList.remove('matched');
    for (const id of rules) {
      const cell = document.querySelector(`.dmn-decision-table-container td[data-row-id="${CSS.escape(id)}"]`);
      cell?.closest('tr').classList.add('matched');
    }
  };

  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const context = {};
    for (const [name, value] of new FormData(form)) place(context, name, typed(value));
    try {
      await save();
      const { data } = await call('POST', address, { path, decision: decision.id, context });
      show(form.querySelector('.result'), data, (id) => nameOf(modeler.getDefinitions(), id));
      light(data.trace.filter((one) => one.decision === decision.id).flatMap((one) => one.tables.flatMap((table) => table.rules.map((rule) => rule.id))));
    } catch (error) {
      complain(error);
    }
  });
  modeler.on('views.changed', render);
  render();
  return () => form.remove();
}

// Where the table says which texts there are, they are offered.
function inputFor(column, name) {
  const kind = column.inputExpression.typeRef;
  const values = [...(column.inputValues?.text ?? '').matchAll(/"((?:[^"\\]|\\.)*)"/g)].map((found) => found[1]);
  const choices = kind === 'boolean' ? ['true', 'false'] : values;
  const input = document.createElement(choices.length ? 'select' : 'input');
  if (choices.length) input.append(new Option('', ''), ...choices.map((one) => new Option(one, one)));
  if (kind === 'number') input.inputMode = 'decimal';
  input.className = 'input';
  input.name = name;
  return input;
}

// "case.amount" goes into a nested object
function place(context, name, value) {
  const parts = name.split('.').map((part) => part.trim());
  let here = context;
  for (const part of parts.slice(0, -1)) here = here[part] ??= {};
  here[parts.at(-1)] = value;
}

// What people call an input, a column or a decision: as the table heads it.
function nameOf(definitions, id) {
  const parts = definitions.drgElement ?? [];
  const columns = parts.flatMap(({ decisionLogic }) => [...(decisionLogic?.input ?? []), ...(decisionLogic?.output ?? [])]);
  const { name } = parts.find((one) => one.id === id || one.decisionLogic?.id === id) ?? {};
  const column = columns.find((one) => one.id === id || (name && one.inputExpression?.text === name));
  return column?.label || column?.inputExpression?.text || column?.name || name || '';
}

function show(box, { value, diagnostics = [] }, called) {
  const result = document.createElement('pre');
  result.textContent = JSON.stringify(value, null, 2);
  const notes = diagnostics.map((one) => {
    const line = document.createElement('p');
    line.className = 'small';
    const name = one.element && called(one.element);
    line.textContent = `${name ? `${name}${say(': ')}` : ''}${language === 'zh' ? one.message_zh : one.message_en}`;
    return line;
  });
  box.replaceChildren(...notes, result);
  box.scrollIntoView({ block: 'nearest' });
}
