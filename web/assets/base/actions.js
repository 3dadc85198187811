// Buttons which do one verb of the API. In a template:
//   <button data-act="POST /api/v1/tasks/ID/claim" data-rev="3" data-then="reload" data-done="Claimed">
//   data-ask="id of a <dialog>": its form is shown first and its fields become the body.
//   data-body='{"…"}': a fixed body.  data-then: "reload", "refresh" (the list), "parts" (see parts.js) or an address.
import { call, complain, faults, Problem } from './api.js';
import { settle } from './leaving.js';
import { refreshParts } from './parts.js';
import { say } from './texts.js';
import { toast, toastLater } from './toast.js';
import { forgetAll } from './typed.js';

// What a form holds, empty fields left out; a <textarea data-json> holds JSON.
function filled(form) {
  const found = Object.fromEntries([...new FormData(form)].filter(([, value]) => value !== ''));
  for (const area of form.querySelectorAll('[data-json]')) {
    if (found[area.name] === undefined) continue;
    try {
      found[area.name] = JSON.parse(found[area.name]);
    } catch (error) {
      throw new Problem(0, { title: say('This is not JSON: {0}', error.message) });
    }
  }
  return found;
}

// Opens a dialog with a form; `send(fields)` runs on submit and the dialog stays open when it fails.
export function ask(dialog, send) {
  const form = dialog.querySelector('form');
  if (form.dataset.restored === undefined) form.reset();
  delete form.dataset.restored; // typed before the session ended: shown once more
  const error = form.querySelector('[data-error]');
  if (error) error.hidden = true;
  form.onsubmit = async (event) => {
    event.preventDefault();
    const button = form.querySelector('button[value="send"]');
    button.setAttribute('aria-busy', 'true');
    button.disabled = true;
    try {
      await send(filled(form));
      dialog.close();
    } catch (problem) {
      if (problem.status === 401) return complain(problem);
      if (!error || !problem.problem) throw problem;
      error.hidden = false;
      const list = faults(problem.problem).map((one) => one.message).filter(Boolean);
      error.textContent = list.length ? list.join(say('; ')) : problem.message;
    } finally {
      button.removeAttribute('aria-busy');
      button.disabled = false;
    }
  };
  dialog.showModal();
}

function after(button) {
  const then = button.dataset.then ?? 'reload';
  const done = button.dataset.done;
  if (then === 'refresh' || then === 'parts') {
    if (done) toast(done);
    if (then === 'parts') refreshParts();
    else document.body.dispatchEvent(new CustomEvent('refresh'));
    return;
  }
  if (done) toastLater(done);
  if (then === 'reload') location.reload();
  else location.assign(then);
}

// A command out of a dialog. Where the thing changed since this page read it, the dialog stays as it was filled in, and
// sending it again means: on top of what it is now.
async function command(button, method, url, body) {
  const options = { rev: button.dataset.rev, once: method === 'POST' ? crypto.randomUUID() : undefined };
  try {
    await call(method, url, body, options);
  } catch (problem) {
    if (problem.status !== 412 || !button.dataset.rev) throw problem;
    const { data } = await call('GET', method === 'POST' ? url.replace(/\/[^/]+$/, '') : url);
    button.dataset.rev = data.rev;
    throw new Problem(412, { title: say('It was changed while you looked at it. What you typed is kept: send it again if it still holds.') });
  }
}

// Somebody was faster: the page shows what is so now, and no button which would fail again.
function late(button, problem) {
  if (button.dataset.then === 'refresh') {
    complain(problem);
    document.body.dispatchEvent(new CustomEvent('refresh'));
  } else {
    toastLater(problem.message, 'danger');
    location.reload();
  }
}

async function act(button) {
  const [method, url] = button.dataset.act.split(' ');
  await settle();
  const fixed = button.dataset.body ? JSON.parse(button.dataset.body) : {};
  const dialog = button.dataset.ask && document.getElementById(button.dataset.ask);
  if (dialog) {
    ask(dialog, async (fields) => {
      await command(button, method, url, { ...fixed, ...fields });
      after(button);
    });
    return;
  }
  button.setAttribute('aria-busy', 'true');
  button.disabled = true;
  try {
    const options = { rev: button.dataset.rev, once: method === 'POST' ? crypto.randomUUID() : undefined };
    await call(method, url, method === 'DELETE' ? undefined : fixed, options);
    if (button.dataset.forget !== undefined) forgetAll();
    after(button);
  } catch (problem) {
    if (button.dataset.rev && (problem.status === 409 || problem.status === 412)) late(button, problem);
    else complain(problem);
  } finally {
    button.removeAttribute('aria-busy');
    button.disabled = false;
  }
}

// Forms which send their fields: <form data-send="POST /api/v1/…" data-done="…">; data-then as above.
document.addEventListener('submit', async (event) => {
  const form = event.target.closest('form[data-send]');
  const reveal = event.target.closest('form[data-reveal]');
  if (reveal) {
    event.preventDefault();
    show(reveal);
  }
  if (!form) return;
  event.preventDefault();
  const [method, url] = form.dataset.send.split(' ');
  const button = form.querySelector('[type="submit"]');
  button.setAttribute('aria-busy', 'true');
  try {
    await call(method, url, Object.fromEntries(new FormData(form)), { once: crypto.randomUUID() });
    if (form.dataset.then === 'parts') form.reset(); // it stays, and what it held is sent
    after(form);
  } catch (problem) {
    complain(problem);
  } finally {
    button.removeAttribute('aria-busy');
  }
});

// Shows the complainant in clear inside the dialog; the server records the look and its reason.
async function show(form) {
  const error = form.querySelector('[data-error]');
  error.hidden = true;
  try {
    const { data } = await call('POST', form.dataset.reveal, { reason: form.elements.reason.value });
    const list = form.querySelector('[data-result]');
    const rows = { name: say('Name'), phone: say('Phone'), mail: say('Mail'), address: say('Address') };
    list.replaceChildren();
    for (const [key, label] of Object.entries(rows)) {
      const row = document.createElement('div');
      const term = document.createElement('dt');
      const detail = document.createElement('dd');
      term.textContent = label;
      detail.textContent = data[key] || '–';
      row.append(term, detail);
      list.append(row);
    }
    list.hidden = false;
  } catch (problem) {
    if (problem.status === 401) return complain(problem);
    error.hidden = false;
    error.textContent = problem.message;
  }
}

document.addEventListener('click', (event) => {
  const button = event.target.closest('[data-act]');
  const opener = event.target.closest('[data-open]');
  const menu = (button ?? opener)?.closest('details.menu');
  if (menu) { // closed before its dialog opens, which gives the focus back to it
    menu.open = false;
    menu.querySelector('summary').focus();
  }
  if (button) {
    event.preventDefault();
    act(button);
    return;
  }
  if (opener) document.getElementById(opener.dataset.open).showModal();
  const closer = event.target.closest('[data-close]');
  if (closer) closer.closest('dialog').close();
  if (event.target.closest('[data-print]')) window.print();
  for (const menu of document.querySelectorAll('details.menu[open]')) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape') return;
  for (const menu of document.querySelectorAll('details.menu[open]')) {
    menu.open = false;
    menu.querySelector('summary').focus();
  }
});
