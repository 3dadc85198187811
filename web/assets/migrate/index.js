// Moving running instances: the plan with its mapping, the verdict for every instance, batches with progress, undo.
// All of it is `/api/v1/migrations`; what is typed here is only the mapping and the choice of instances.
import './index.css';

import { ask } from '../base/actions.js';
import { call, complain } from '../base/api.js';
import { language, learn, say } from '../base/texts.js';
import texts from './zh.js';
import { became, elementLine, listOf, placeHead, placeOf, STATES, verdictLine } from './lines.js';

learn(texts);

const root = document.querySelector('[data-migrate]');
const part = (name) => root.querySelector(`[data-${name}]`);
const words = (one) => (language === 'zh' ? one.message_zh : one.message_en);
const state = { mapping: {}, next: null, verdicts: [], order: null };

const body = (more = {}) => ({
  key: root.dataset.key,
  from_version: Number(root.dataset.old),
  to_version: Number(root.dataset.new),
  mapping: state.mapping,
  ...more,
});
const timers = () => root.querySelector('[name="timers"]:checked').value;

async function plan() {
  const { data } = await call('POST', '/api/v1/migrations/plan', body());
  state.plan = data;
  part('summary').textContent = say('Running instances: {0}; changes between the versions: {1}.', data.instances, data.changes.length);
  listOf(part('plan-problems'), data.problems.map((one) => ({ tone: one.severity, text: `${one.element}${say(': ')}${words(one)}` })));
  renderMapping();
}

function renderMapping() {
  const all = part('all-elements').checked;
  const shown = state.plan.elements.filter((one) => all || one.tokens || one.status === 'gone' || one.status === 'mapped');
  const choices = part('choices');
  part('mapping').querySelector('tbody').replaceChildren(...shown.map((one) => elementLine(one, choices, (target) => remap(one, target))));
  part('mapping').hidden = shown.length === 0;
}

async function remap(line, target) {
  if (target && target !== line.element) state.mapping[line.element] = target;
  else delete state.mapping[line.element];
  forget();
  await plan().catch(complain);
}

function forget() {
  Object.assign(state, { next: null, verdicts: [] });
  part('verdicts').hidden = true;
  part('more-line').hidden = true;
  part('verdicts-said').textContent = '';
  part('start').disabled = true;
}

// Name of an element of the older or the newer version; its id where it has none.
function named(id) {
  const old = state.plan.elements.find((one) => one.element === id);
  return (old && (language === 'zh' ? old.name_zh : old.name_en)) || id;
}

// Puts instances under the place where they go; deadlines have a column where any of them moves.
function stand(items) {
  const table = part('verdicts');
  for (const one of items) {
    const text = placeOf(one, named);
    let body = [...table.tBodies].find((group) => group.dataset.place === text);
    if (!body) {
      body = placeHead(text);
      body.dataset.place = text;
      table.append(body);
    }
    body.append(verdictLine(one, counted));
    body.querySelector('.count').textContent = String(body.rows.length - 1);
  }
  table.classList.toggle('no-due', !table.querySelector('.due > *'));
}

async function preview() {
  const more = state.next ? { after: state.next } : {};
  const { data } = await call('POST', '/api/v1/migrations/preview', body({ timers: timers(), ...more }));
  state.verdicts.push(...data.items);
  state.next = data.next;
  stand(data.items);
  part('verdicts').hidden = state.verdicts.length === 0;
  part('more-line').hidden = !state.next;
  const good = state.verdicts.filter((one) => one.ok).length;
  part('verdicts-said').textContent = say('{0} can go, {1} cannot.', good, state.verdicts.length - good);
  counted();
}

const chosen = () => [...part('verdicts').querySelectorAll('tbody input:checked')].map((one) => one.value);

function counted() {
  const count = chosen().length;
  part('start').disabled = count === 0;
  part('start-text').textContent = count ? say('Migrate {0} instances', count) : say('Migrate');
}

async function carryOut(order) {
  state.order = order;
  part('order').hidden = false;
  part('start').disabled = true;
  let found = order;
  show(found);
  while (found.progress.pending || found.progress.returning) {
    const { data } = await call('POST', `/api/v1/migrations/${order.id}/run`);
    const stuck = data.progress.pending === found.progress.pending && data.progress.returning === found.progress.returning;
    found = data;
    show(found);
    if (stuck) await new Promise((resolve) => setTimeout(resolve, 1000)); // a worker has them just now
  }
  await results(order.id);
}

function show({ progress }) {
  const total = Object.values(progress).reduce((sum, one) => sum + one, 0);
  const bar = part('order').querySelector('progress');
  bar.max = Math.max(total, 1);
  bar.value = total - progress.pending - progress.returning;
  part('progress').textContent = Object.entries(progress)
    .filter(([, count]) => count)
    .map(([name, count]) => `${say(STATES[name])} ${count}`)
    .join(' · ');
  part('undo').disabled = !progress.migrated;
}

async function results(id) {
  const refused = [];
  for (const status of ['refused', 'kept', 'migrated', 'returned', 'ended']) {
    let after = '';
    do {
      const { data } = await call('GET', `/api/v1/migrations/${id}/items?status=${status}&limit=100${after && `&after=${encodeURIComponent(after)}`}`);
      for (const one of data.items) became(part('verdicts'), one);
      if (status === 'refused' || status === 'kept') refused.push(...data.items);
      after = data.next ?? '';
    } while (after);
  }
  counted();
  listOf(part('items'), refused.map((one) => ({ tone: 'error', text: `${one.business_key}${say(': ')}${one.reasons.map(words).join(say('; '))}` })));
}

root?.addEventListener('change', (event) => {
  if (event.target.matches('[data-all-elements]')) renderMapping();
  if (event.target.name === 'timers') forget();
  if (event.target.matches('[data-all]')) {
    for (const box of part('verdicts').querySelectorAll('tbody input:enabled')) box.checked = event.target.checked;
    counted();
  }
});

root?.addEventListener('click', async (event) => {
  const button = event.target.closest('button');
  if (!button) return;
  try {
    if (button.matches('[data-preview]')) {
      forget();
      for (const body of [...part('verdicts').tBodies]) body.remove();
      await preview();
    } else if (button.matches('[data-more]')) await preview();
    else if (button.matches('[data-start]')) {
      ask(document.getElementById('start-migration'), async ({ reason }) => {
        const { data } = await call('POST', '/api/v1/migrations', body({ timers: timers(), instance_ids: chosen(), reason }), { once: crypto.randomUUID() });
        carryOut(data).catch(complain);
      });
    } else if (button.matches('[data-undo]')) {
      ask(document.getElementById('undo-migration'), async ({ reason }) => {
        const { data } = await call('POST', `/api/v1/migrations/${state.order.id}/undo`, { reason }, { once: crypto.randomUUID() });
        carryOut(data).catch(complain);
      });
    }
  } catch (error) {
    complain(error);
  }
});

if (root) {
  plan().then(() => { root.dataset.ready = 'yes'; }, complain);
}
