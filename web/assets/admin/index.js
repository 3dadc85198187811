// The administrators' forms: a person or department is sent as a whole, faults stand at their fields; a new password is
// shown once; who leaves with open tasks hands them over first, task by task.
import './index.css';

import { ask } from '../base/actions.js';
import { call, complain, faults } from '../base/api.js';
import { learn, say } from '../base/texts.js';
import { toast, toastLater } from '../base/toast.js';
import zh from './zh.js';

learn(zh);

function fields(form) {
  const body = {};
  for (const control of form.querySelectorAll('input:not([type="checkbox"]), select, textarea')) {
    const value = control.value.trim();
    if ('lines' in control.dataset) body[control.name] = value.split('\n').map((one) => one.trim()).filter(Boolean);
    else if (value || control.required) body[control.name] = value;
    else body[control.name] = null;
  }
  for (const list of form.querySelectorAll('[data-list]')) {
    body[list.dataset.list] = [...list.querySelectorAll('input:checked')].map((one) => one.value);
  }
  return body;
}

function blame(form, problem) {
  const list = faults(problem.problem);
  for (const place of form.querySelectorAll('[data-fault]')) {
    const fault = list.find((one) => one.path.split('.')[0] === place.dataset.fault);
    place.hidden = !fault;
    place.textContent = fault?.message ?? '';
    form.elements[place.dataset.fault]?.setAttribute?.('aria-invalid', String(Boolean(fault)));
  }
  const first = form.querySelector('[data-fault]:not([hidden])');
  if (!first) complain(problem);
  else form.elements[first.dataset.fault]?.focus?.();
}

// Shows a password; resolves when the dialog is closed.
function reveal(password) {
  const dialog = document.getElementById('password');
  dialog.querySelector('[data-secret]').textContent = password;
  dialog.showModal();
  return new Promise((done) => { dialog.addEventListener('close', done, { once: true }); });
}

async function send(form) {
  const [method, url] = form.dataset.directory.split(' ');
  const { data } = await call(method, url, fields(form), {
    rev: form.dataset.rev,
    once: method === 'POST' ? crypto.randomUUID() : undefined,
  });
  if (data.password) await reveal(data.password);
  toastLater(say('Saved'));
  location.assign(method === 'POST' ? form.dataset.then : location.href);
}

document.addEventListener('submit', async (event) => {
  const form = event.target.closest('form[data-directory]');
  if (!form) return;
  event.preventDefault();
  const button = form.querySelector('[type="submit"]');
  button.disabled = true;
  try {
    await send(form);
  } catch (problem) {
    if (!problem.problem) throw problem;
    blame(form, problem);
  } finally {
    button.disabled = false;
  }
});

// Hands the open tasks over; each refusal is listed. Resolves to how many could not be.
async function handOver(person, { to, reason }, dialog) {
  const report = dialog.querySelector('[data-report]');
  report.replaceChildren();
  report.hidden = false;
  const count = dialog.querySelector('[data-count]');
  const { data } = await call('GET', `${person}/tasks`);
  let refused = 0;
  for (const [index, task] of data.items.entries()) {
    count.textContent = say('{0} of {1}', index + 1, data.items.length);
    try {
      await call('POST', `${person}/tasks/${task.id}/handover`, { to: to ?? null, reason }, { once: crypto.randomUUID() });
    } catch (problem) {
      if (!problem.problem) throw problem;
      refused += 1;
      const row = document.createElement('li');
      row.className = 'failed';
      row.textContent = `${document.documentElement.lang.startsWith('zh') ? task.name_zh : task.name_en}: ${problem.message}`;
      report.append(row);
    }
  }
  count.textContent = say('{0} handed over, {1} refused', data.items.length - refused, refused);
  return refused;
}

async function openHandover(person, then) {
  const dialog = document.getElementById('handover');
  const { data } = await call('GET', `${person}/tasks`);
  dialog.querySelector('[data-count]').textContent = say('{0} open tasks', data.items.length);
  dialog.querySelector('[data-report]').hidden = true;
  ask(dialog, async (chosen) => {
    if (await handOver(person, chosen, dialog)) {
      const title = say('Some tasks could not be handed over: choose somebody else for them.');
      throw Object.assign(new Error(title), { problem: { title } });
    }
    await then();
  });
}

function leave(button) {
  const person = button.dataset.leave;
  if ('onlyTasks' in button.dataset) {
    openHandover(person, () => { toastLater(say('Handed over')); location.reload(); }).catch(complain);
    return;
  }
  const stop = () => call('PATCH', person, { active: false }, { rev: button.dataset.rev });
  const gone = () => { toastLater(say('Deactivated')); location.reload(); };
  ask(document.getElementById('leave'), async () => {
    try {
      await stop();
      gone();
    } catch (problem) {
      if (!problem.problem?.type?.endsWith(':still-busy')) throw problem;
      openHandover(person, async () => { await stop(); gone(); }).catch(complain);
    }
  });
}

document.addEventListener('click', async (event) => {
  const leaver = event.target.closest('[data-leave]');
  if (leaver) leave(leaver);
  const renew = event.target.closest('[data-password]');
  if (renew) {
    ask(document.getElementById('renew'), async () => {
      const { data } = await call('POST', renew.dataset.password, {}, { once: crypto.randomUUID() });
      reveal(data.password).then(() => location.reload());
    });
  }
  if (event.target.closest('[data-copy]')) {
    await navigator.clipboard.writeText(document.querySelector('[data-secret]').textContent);
    toast(say('Copied'), { seconds: 3 });
  }
});
