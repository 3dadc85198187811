// Several rows at once: tick them, choose a verb. <… data-bulk="/api/v1/tasks/ID/VERB">; each row goes to the server on
// its own (one refusal stops nothing), has its own line in the report, and stays ticked where it was refused.
import { ask } from '../base/actions.js';
import { call } from '../base/api.js';
import { say } from '../base/texts.js';

const list = () => document.getElementById('list');
const boxes = () => [...list().querySelectorAll('.pick input')];
const ticked = () => boxes().filter((box) => box.checked);
let refused = new Set();

function show(bar) {
  const count = ticked().length;
  bar.hidden = !boxes().length; // nothing to choose from
  bar.querySelector('[data-chosen]').textContent = count ? say('{0} chosen', count) : '';
  for (const button of bar.querySelectorAll('[data-many]')) button.disabled = !count;
  const all = bar.querySelector('[data-all]');
  all.checked = count > 0 && count === boxes().length;
  all.indeterminate = count > 0 && !all.checked;
}

function line(box, done, problem) {
  const row = document.createElement('li');
  const label = document.createElement('span');
  label.textContent = box.closest('li').querySelector('.number')?.textContent ?? box.value;
  label.className = 'number';
  const outcome = document.createElement('span');
  outcome.className = problem ? 'failed' : 'ok';
  outcome.textContent = problem ? problem.message : done;
  row.append(label, outcome);
  return row;
}

function element(tag, properties) {
  return Object.assign(document.createElement(tag), properties);
}

async function run(address, fields, outcome = say('Done')) {
  const report = document.querySelector('[data-report]');
  const chosen = ticked();
  const head = element('strong', {});
  const bar = element('progress', { max: chosen.length, value: 0 });
  bar.setAttribute('aria-label', say('Progress'));
  const stop = element('button', { type: 'button', className: 'button', textContent: say('Stop') });
  let stopped = false;
  stop.addEventListener('click', () => { stopped = true; });
  const top = element('div', { className: 'line' });
  top.append(head, bar, stop);
  const rows = element('ul', {});
  report.replaceChildren(top, rows);
  report.hidden = false;
  let done = 0;
  refused = new Set();
  for (const [index, box] of chosen.entries()) {
    if (stopped) {
      for (const left of chosen.slice(index)) refused.add(left.value);
      break;
    }
    head.textContent = say('{0} of {1}', index + 1, chosen.length);
    try {
      await call('POST', address.replace('ID', box.value), fields, { rev: box.dataset.rev, once: crypto.randomUUID() });
      rows.append(line(box, outcome));
      done += 1;
    } catch (problem) {
      if (!problem.problem) throw problem;
      refused.add(box.value);
      rows.append(line(box, outcome, problem));
    }
    bar.value = index + 1;
  }
  const failed = rows.querySelectorAll('.failed').length;
  head.textContent = say('{0} done, {1} refused', done, failed);
  bar.remove();
  stop.remove();
  if (stopped) top.append(say('{0} left as they were', chosen.length - done - failed));
  report.focus();
  document.body.dispatchEvent(new CustomEvent('refresh'));
}

export function startMany() {
  const bar = document.querySelector('[data-bulk]');
  if (!bar) return;
  if (bar.querySelector('[data-all]').checked) for (const box of boxes()) box.checked = true; // ticked before this ran
  show(bar);
  document.addEventListener('change', (event) => {
    if (event.target.matches('[data-all]')) for (const box of boxes()) box.checked = event.target.checked;
    if (event.target.matches('[data-all], .pick input')) show(bar);
  });
  document.addEventListener('htmx:after:swap', () => {
    for (const box of boxes()) if (refused.has(box.value)) box.checked = true;
    refused = new Set();
    show(bar);
  });
  bar.addEventListener('click', (event) => {
    const button = event.target.closest('[data-many]');
    if (!button) return;
    const verb = button.dataset.many;
    const address = bar.dataset.bulk.replace('VERB', button.dataset.verb ?? verb);
    const dialog = document.getElementById(verb); // a verb which asks nothing has none
    if (dialog) ask(dialog, (fields) => run(address, fields, button.dataset.done));
    else run(address, {}, button.dataset.done);
  });
}
