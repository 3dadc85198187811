// Registering a complaint at the desk in three steps: type, read back, number.
import { call, complain, faults } from '../base/api.js';
import { language, say } from '../base/texts.js';
import { instant } from '../base/times.js';
import { toast } from '../base/toast.js';
import { forgetTyped } from '../base/typed.js';

const form = document.querySelector('form[data-intake]');
const readback = document.querySelector('[data-readback]');
const done = document.querySelector('[data-done]');
const ONCE = 'typed:intake:once';
let registered = false;

// Whatever is loaded anew, one complaint is registered once.
function once() {
  const kept = sessionStorage.getItem(ONCE) ?? crypto.randomUUID();
  sessionStorage.setItem(ONCE, kept);
  return kept;
}

function forget() {
  forgetTyped(form);
  sessionStorage.removeItem(ONCE);
  form.reset();
  unmark();
  form.querySelector('[data-restored-notice]').hidden = true;
}

const text = (name) => form.elements[name].value.trim();

// What the API wants; amounts in minor units, times with their zone.
function complaint() {
  const confirmed = readback.querySelector('[data-confirmed]').checked;
  const body = { channel: form.elements.channel.value, locale: language, read_back: confirmed, complainant: {} };
  for (const name of ['name', 'phone', 'mail', 'address', 'kind', 'tier']) body.complainant[name] = text(`complainant.${name}`);
  for (const name of ['narrative', 'summary', 'product', 'order_no', 'batch_no', 'demand']) if (text(name)) body[name] = text(name);
  if (text('amount_claimed')) body.amount_claimed = Math.round(Number(text('amount_claimed')) * 100);
  if (text('occurred_at')) body.occurred_at = instant(text('occurred_at')).toISOString();
  return body;
}

function mark(path, message) {
  const field = form.elements[path];
  const place = form.querySelector(`[data-fault="${CSS.escape(path)}"]`);
  if (!field || !place) return false;
  field.setAttribute('aria-invalid', 'true');
  place.textContent = message;
  place.hidden = false;
  return true;
}

function unmark() {
  for (const field of form.querySelectorAll('[aria-invalid]')) field.removeAttribute('aria-invalid');
  for (const place of form.querySelectorAll('[data-fault]')) place.hidden = true;
}

// Gives true when the form can be read back.
function check() {
  unmark();
  if (!text('narrative')) mark('narrative', say('Field is required.'));
  if (!text('complainant.name') && !text('complainant.phone') && !text('complainant.mail')) {
    mark('complainant.name', say('A name, phone or mail is needed.'));
  }
  const amount = form.elements.amount_claimed;
  if (amount.validity.badInput) mark('amount_claimed', say('Value is not a number.'));
  else if (Number(amount.value) < 0) mark('amount_claimed', say('It cannot be negative.'));
  else if (Number(amount.value) * 100 > Number.MAX_SAFE_INTEGER) mark('amount_claimed', say('It is too large.'));
  const first = form.querySelector('[aria-invalid]');
  first?.focus();
  return !first;
}

// The steps are entries of the browser's history: Back leads from reading back to the filled form.
function toReadback() {
  readBack();
  history.pushState({ step: 'readback' }, '');
  show(readback);
}

const back = () => new Promise((resolve) => {
  addEventListener('popstate', () => setTimeout(resolve), { once: true });
  history.back();
});

function readBack() {
  fill();
  readback.querySelector('[data-confirmed]').checked = false;
  readback.querySelector('[data-register]').disabled = true;
}

function show(section) {
  for (const one of [form, readback, done]) one.hidden = one !== section;
  window.scrollTo({ top: 0 });
  section.focus?.();
}

function fill() {
  const list = readback.querySelector('[data-fields]');
  list.replaceChildren();
  const channel = form.querySelector('[name="channel"]:checked');
  const rows = [[form.querySelector('legend').textContent, channel.parentElement.textContent.trim()]];
  for (const field of form.querySelectorAll('.field > .input')) {
    const label = form.querySelector(`label[for="${CSS.escape(field.id)}"]`).firstChild.textContent.trim();
    const value = field.tagName === 'SELECT' ? field.selectedOptions[0].text : field.value.trim();
    if (value) rows.push([label, field.type === 'datetime-local' ? value.replace('T', ' ') : value]);
  }
  for (const [label, value] of rows) {
    const row = document.createElement('div');
    if (value.length > 40) row.className = 'full';
    const term = document.createElement('dt');
    const detail = document.createElement('dd');
    term.textContent = label;
    detail.textContent = value;
    detail.className = 'keep-lines';
    row.append(term, detail);
    list.append(row);
  }
}

async function register(button) {
  button.setAttribute('aria-busy', 'true');
  button.disabled = true;
  try {
    const { data } = await call('POST', '/api/v1/cases', complaint(), { once: once() });
    done.querySelector('[data-number]').textContent = data.number;
    done.querySelector('[data-case]').href = `/cases/${encodeURIComponent(data.number)}`;
    done.querySelector('[data-receipt]').href = `/cases/${encodeURIComponent(data.number)}/receipt`;
    registered = true;
    readback.querySelector('[data-fields]').replaceChildren();
    forget();
    history.replaceState({ step: 'done' }, '');
    show(done);
  } catch (problem) {
    button.disabled = false;
    const list = problem.status === 422 ? faults(problem.problem) : [];
    const named = list.filter((one) => mark(one.path.replace('identity.', 'complainant.'), one.message));
    if (named.length) {
      await back();
      toast(problem.message, { tone: 'danger' });
      form.querySelector('[aria-invalid]').focus();
    } else if (problem.problem?.type?.endsWith(':key-reused')) {
      sessionStorage.removeItem(ONCE);
      toast(say('It may have been registered already, before you changed it. Look under Cases first; registering again makes a second one.'), { tone: 'danger' });
    } else complain(problem);
  } finally {
    button.removeAttribute('aria-busy');
  }
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  if (!check()) return;
  toReadback();
});
readback.querySelector('[data-confirmed]').addEventListener('change', (event) => {
  readback.querySelector('[data-register]').disabled = !event.target.checked;
});
readback.querySelector('[data-back]').addEventListener('click', () => history.back());
readback.querySelector('[data-register]').addEventListener('click', (event) => register(event.currentTarget));
form.querySelector('[data-clear]').addEventListener('click', () => {
  forget();
  form.elements['complainant.name'].focus();
});
addEventListener('popstate', ({ state }) => {
  if (state?.step === 'done' && registered) show(done);
  else if (state?.step === 'readback' && check()) {
    readBack();
    show(readback);
  } else show(form);
});

if (history.state?.step) history.replaceState(null, ''); // loaded anew: the form is what there is
form.querySelector('[data-restored-notice]').hidden = form.dataset.restored === undefined;
