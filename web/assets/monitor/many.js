// Several tasks at once: tick rows, then assign or urge. Each goes to the server on its own (one refusal stops nothing)
// and has its own line in the report.
import { ask } from '../base/actions.js';
import { call } from '../base/api.js';
import { say } from '../base/texts.js';

const list = () => document.getElementById('list');
const ticked = () => [...list().querySelectorAll('.pick input:checked')];

function show(bar) {
  const count = ticked().length;
  bar.querySelector('[data-chosen]').textContent = count ? say('{0} chosen', count) : '';
  for (const button of bar.querySelectorAll('[data-many]')) button.disabled = !count;
  const boxes = list().querySelectorAll('.pick input');
  const all = bar.querySelector('[data-all]');
  all.checked = boxes.length > 0 && count === boxes.length;
  all.indeterminate = count > 0 && count < boxes.length;
}

function line(box, problem) {
  const row = document.createElement('li');
  const label = document.createElement('span');
  label.textContent = box.closest('li').querySelector('.number')?.textContent ?? box.value;
  label.className = 'number';
  const outcome = document.createElement('span');
  outcome.className = problem ? 'failed' : 'ok';
  outcome.textContent = problem ? problem.message : say('Done');
  row.append(label, outcome);
  return row;
}

async function run(verb, fields = {}) {
  const report = document.querySelector('[data-report]');
  const rows = document.createElement('ul');
  const head = document.createElement('strong');
  report.replaceChildren(head, rows);
  report.hidden = false;
  const chosen = ticked();
  let done = 0;
  for (const [index, box] of chosen.entries()) {
    head.textContent = say('{0} of {1}', index + 1, chosen.length);
    try {
      await call('POST', `/api/v1/tasks/${box.value}/${verb}`, fields, { rev: box.dataset.rev, once: crypto.randomUUID() });
      rows.append(line(box));
      done += 1;
    } catch (problem) {
      if (!problem.problem) throw problem;
      rows.append(line(box, problem));
    }
  }
  head.textContent = say('{0} done, {1} refused', done, chosen.length - done);
  report.focus();
  document.body.dispatchEvent(new CustomEvent('refresh'));
}

export function startMany() {
  const bar = document.querySelector('[data-bulk]');
  if (!bar) return;
  show(bar);
  document.addEventListener('change', (event) => {
    if (event.target.matches('[data-all]')) {
      for (const box of list().querySelectorAll('.pick input')) box.checked = event.target.checked;
    }
    if (event.target.matches('[data-all], .pick input')) show(bar);
  });
  document.addEventListener('htmx:after:swap', () => show(bar));
  bar.addEventListener('click', (event) => {
    const button = event.target.closest('[data-many]');
    if (!button) return;
    const verb = button.dataset.many;
    const dialog = document.getElementById(verb);
    if (dialog) ask(dialog, (fields) => run(verb, fields));
    else run(verb);
  });
}
