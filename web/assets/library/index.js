// The library's dialogs: a new process, or one imported from files drawn elsewhere.
import './index.css';

import { call, faults } from '../base/api.js';
import { language, learn, say } from '../base/texts.js';
import texts from './zh.js';

learn(texts);

async function create(form) {
  const facts = Object.fromEntries(new FormData(form));
  await call('POST', '/api/v1/drafts', facts, { once: crypto.randomUUID() });
  location.assign(`/studio/${facts.key}`);
}

// What became of a part of a foreign file: what needs a person stands out.
const OUTCOMES = [
  ['not_understood', 'Not understood', 'danger'],
  ['kept', 'Kept', 'warn'],
  ['translated', 'Translated', 'good'],
];

function noteLine(note) {
  const [, label, tone] = OUTCOMES.find(([outcome]) => outcome === note.outcome) ?? ['', note.outcome, ''];
  const badge = Object.assign(document.createElement('span'), { className: `badge ${tone}`, textContent: say(label) });
  const where = Object.assign(document.createElement('code'), { textContent: note.element });
  const line = document.createElement('li');
  line.append(badge, ' ', where, say(': '), language === 'zh' ? note.message_zh : note.message_en);
  return line;
}

// A key which is published already: either another one, or a draft of that process.
function watchKey(form) {
  const box = form.querySelector('[data-taken]');
  const taken = JSON.parse(box.dataset.taken);
  const look = () => {
    const key = form.elements.key.value;
    box.hidden = !(key in taken);
    if (box.hidden) return;
    box.querySelector('[data-taken-said]').textContent = say('“{0}” is published under this key.', taken[key]);
    box.querySelector('[data-free]').textContent = free(key, taken);
  };
  form.elements.key.addEventListener('input', look);
  form.addEventListener('reset', () => { box.hidden = true; });
}

function free(key, taken) {
  let number = 2;
  while (`${key}-${number}` in taken) number += 1;
  return `${key}-${number}`;
}

async function bring(form) {
  const facts = new FormData(form);
  const box = form.querySelector('[data-taken]');
  if (box.hidden || !facts.get('existing')) facts.delete('existing');
  if (!box.hidden && !facts.has('existing')) facts.set('key', box.querySelector('[data-free]').textContent);
  const { data } = await call('POST', '/api/v1/drafts/import', facts, { once: crypto.randomUUID() });
  const open = form.querySelector('[data-open-imported]');
  open.href = `/studio/${data.draft.key}`;
  if (!data.notes.length) {
    location.assign(open.href);
    return;
  }
  const list = form.querySelector('[data-notes]');
  list.replaceChildren(...data.notes.map(noteLine));
  const count = (outcome) => data.notes.filter((note) => note.outcome === outcome).length;
  const said = form.querySelector('[data-notes-said]');
  said.textContent = OUTCOMES.filter(([outcome]) => count(outcome)).map(([outcome, label]) => `${say(label)} ${count(outcome)}`).join(' · ');
  said.hidden = false;
  form.closest('dialog').addEventListener('close', () => location.reload());
  list.hidden = false;
  open.hidden = false;
  form.querySelector('[type="submit"]').hidden = true;
}

document.addEventListener('submit', async (event) => {
  const form = event.target.closest('form[data-bundle]');
  if (!form) return;
  event.preventDefault();
  const error = form.querySelector('[data-error]');
  const button = form.querySelector('[type="submit"]');
  error.hidden = true;
  button.setAttribute('aria-busy', 'true');
  try {
    await (form.dataset.bundle === 'new' ? create(form) : bring(form));
  } catch (problem) {
    const list = problem.problem ? faults(problem.problem).map((one) => [one.path, one.message].filter(Boolean).join(say(': '))) : [];
    error.hidden = false;
    error.textContent = list.length ? list.join(say('; ')) : problem.message;
  } finally {
    button.removeAttribute('aria-busy');
  }
});

document.addEventListener('click', (event) => {
  const copy = event.target.closest('[data-copy]');
  if (!copy) return;
  const dialog = document.getElementById('new');
  dialog.querySelector('form').reset();
  dialog.querySelector('[name="source"]').value = copy.dataset.copy;
  dialog.showModal();
});

// What the gate says about the drafts, one after the other: it takes a moment each.
async function judge() {
  for (const badge of document.querySelectorAll('[data-lint]')) {
    try {
      const { data } = await call('POST', `/api/v1/drafts/${badge.dataset.lint}/check`);
      const errors = data.findings.filter((one) => one.severity === 'error').length;
      const [tone, text, count] = errors ? ['danger', 'bad', errors] : data.findings.length ? ['warn', 'hints', data.findings.length] : ['good', 'good', 0];
      badge.classList.add(tone);
      badge.textContent = badge.dataset[count === 1 && text !== 'good' ? `${text}One` : text].replace('{n}', String(count));
    } catch {
      badge.textContent = '?';
    }
  }
}

judge();

const importing = document.querySelector('form[data-bundle="import"]');
if (importing) watchKey(importing);
