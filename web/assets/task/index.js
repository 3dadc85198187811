// The task page: the form, its autosaved draft, and completion which keeps what was typed when somebody was faster.
import { call, complain, faults } from '../base/api.js';
import { beforeLeaving } from '../base/leaving.js';
import { say } from '../base/texts.js';
import { clock } from '../base/times.js';
import { toast, toastLater } from '../base/toast.js';
import { filled } from '../forms/data.js';
import { showFaults, showForm } from '../forms/show.js';

const box = document.querySelector('[data-task]');
const given = box ? JSON.parse(document.getElementById('task-data').textContent) : null;
const state = document.querySelector('[data-draft-state]');
const button = document.querySelector('[data-complete]');

let form;
let rev = given?.rev;
let waiting = 0;
let saving = Promise.resolve();
let dirty = false;
let known = '';
let pause = 0;
let again = 0;
const LONGEST_PAUSE = 60_000;

// What the fields hold, without the case and the process data the form was shown with.
const typed = () => filled(form._getSubmitData(), form);

function tell(text, unsaved = false) {
  state.textContent = text;
  state.classList.toggle('unsaved', unsaved);
}

async function save() {
  clearTimeout(again);
  if (!dirty) return;
  dirty = false;
  if (!pause) tell(say('Saving…'));
  try {
    const { data, rev: next } = await call('PUT', `${given.url}/draft`, { draft: typed() }, { rev });
    rev = data?.rev ?? next ?? rev;
    sessionStorage.removeItem(kept);
    for (const one of document.querySelectorAll('[data-act][data-rev]')) one.dataset.rev = rev;
    pause = 0;
    tell(say('Draft saved at {0}', clock(new Date())));
  } catch (problem) {
    dirty = true;
    keep();
    tell(problem.status ? say('Draft not saved yet') : say('Offline: the draft is kept on this page'), true);
    if (problem.status === 409 || problem.status === 412) {
      pause = 0;
      conflict(problem);
    } else if (problem.status === 0 || problem.status === 429 || problem.status >= 500) later(problem);
    else {
      dirty &&= problem.status !== 401; // kept, so nobody has to be asked before the way to the login
      complain(problem);
    }
  }
}

const saveNow = () => { saving = saving.then(save); return saving; };

// The server cannot be reached or is busy: once more when there is a connection, and after a pause which doubles.
function later(problem) {
  if (problem.status && !pause) complain(problem);
  pause = Math.min(LONGEST_PAUSE, 2 * (pause || 1000));
  again = setTimeout(saveNow, pause);
}

function saveSoon() {
  const now = JSON.stringify(typed());
  if (now === known) return;
  known = now;
  dirty = true;
  if (!pause) tell(say('Draft not saved yet'));
  clearTimeout(waiting);
  waiting = setTimeout(saveNow, 1200);
}

// What could not be saved (no connection, a session which ended) waits in this browser tab.
const kept = `draft:${given?.url}`;
const keep = () => sessionStorage.setItem(kept, JSON.stringify(typed()));

// What was typed, as people read it.
function readable() {
  const lines = [];
  const labels = (part) => {
    for (const one of part.components ?? []) {
      const value = one.key ? typed()[one.key] : undefined;
      if (value !== undefined && value !== null && value !== '') {
        lines.push(`${one.label ?? one.dateLabel ?? one.key}${say(': ')}${Array.isArray(value) ? value.join(', ') : value}`);
      }
      labels(one);
    }
  };
  labels(given.schema);
  return lines.join('\n');
}

// Somebody was faster: say so, keep the form as it is, and offer to look at the newest state.
function conflict(problem) {
  const notice = document.querySelector('[data-conflict]');
  notice.hidden = false;
  notice.querySelector('[data-text]').textContent = problem.message;
  notice.querySelector('[data-typed]').textContent = readable();
  notice.scrollIntoView({ block: 'center' });
}

// Go on with what was typed, on top of the newest state: the other one's draft is replaced knowingly.
async function takeOver() {
  try {
    const { data } = await call('GET', given.url);
    if (!data.verbs.includes('draft')) {
      toast(say('This task can no longer be worked on.'), { tone: 'danger' });
      return;
    }
    rev = data.rev;
    document.querySelector('[data-conflict]').hidden = true;
    dirty = true;
    await save();
  } catch (problem) {
    complain(problem);
  }
}

async function complete() {
  clearTimeout(waiting);
  await saving;
  const { data: sent, errors } = form.submit();
  if (Object.keys(errors).length) {
    toast(say('Complete the marked fields first.'), { tone: 'danger', seconds: 6 });
    document.querySelector('.fjs-has-errors')?.scrollIntoView({ block: 'center' });
    return;
  }
  button.setAttribute('aria-busy', 'true');
  button.disabled = true;
  try {
    await call('POST', `${given.url}/complete`, { data: filled(sent, form) }, { rev, once: crypto.randomUUID() });
    dirty = false;
    sessionStorage.removeItem(kept);
    toastLater(say('Task completed'));
    location.assign(given.next);
  } catch (problem) {
    button.disabled = false;
    if (problem.status === 409 || problem.status === 412) conflict(problem);
    else if (problem.status === 422) {
      const others = showFaults(form, faults(problem.problem));
      toast(problem.message, { tone: 'danger', lines: others.map((one) => one.message) });
      document.querySelector('.fjs-has-errors')?.scrollIntoView({ block: 'center' });
    } else {
      if (problem.status === 401) {
        keep();
        dirty = false;
      }
      complain(problem);
    }
  } finally {
    button.removeAttribute('aria-busy');
  }
}

if (given) {
  const unsaved = given.readonly ? null : JSON.parse(sessionStorage.getItem(kept));
  form = await showForm(box, given.schema, { ...given.data, ...unsaved });
  if (given.readonly) form.setProperty('readOnly', true);
  else {
    known = JSON.stringify(typed());
    beforeLeaving(() => { clearTimeout(waiting); return saveNow(); });
    form.on('changed', saveSoon);
    tell(given.saved);
    if (unsaved) {
      known = '';
      saveSoon();
    }
    button?.addEventListener('click', complete);
    document.addEventListener('keydown', (event) => { if (event.key === 'Enter' && event.ctrlKey) button?.click(); });
    document.querySelector('[data-reload]').addEventListener('click', () => {
      dirty = false;
      sessionStorage.removeItem(kept);
      location.reload();
    });
    document.querySelector('[data-mine]').addEventListener('click', takeOver);
    document.querySelector('[data-copy-typed]').addEventListener('click', async () => {
      await navigator.clipboard.writeText(document.querySelector('[data-typed]').textContent);
      toast(say('Copied'));
    });
    window.addEventListener('beforeunload', (event) => { if (dirty) event.preventDefault(); });
    document.addEventListener('visibilitychange', () => { if (document.visibilityState === 'hidden') saveNow(); });
    window.addEventListener('online', saveNow);
  }
  box.dataset.ready = 'yes';
}
