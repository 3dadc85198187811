// Moving a token: from and to are chosen in the lists or on the diagram, the server says what would happen, then it is done.
import { call, faults } from '../base/api.js';
import { language, learn, say } from '../base/texts.js';
import { toastLater } from '../base/toast.js';
import { draw, whenDrawn } from './draw.js';
import { nameOf } from './english.js';
import { clock } from './travel.js';
import zh from './zh.js';

learn(zh);

const GROUPS = [
  ['User tasks', (type) => type === 'UserTask'],
  ['Further work', (type) => /Task$|Activity$|SubProcess$/.test(type)],
  ['Events and gateways', () => true],
];

let drawn = null;

const business = (id) => drawn?.viewer.get('elementRegistry').get(id)?.businessObject;
const called = (id) => nameOf(business(id)) || id;
const typeOf = (object) => object.$type.replace('bpmn:', '');

function targets(source) {
  const scope = business(source)?.$parent;
  return drawn.viewer.get('elementRegistry').getAll()
    .filter((element) => element.type !== 'label' && element.businessObject?.$instanceOf?.('bpmn:FlowNode'))
    .map((element) => element.businessObject)
    .filter((one) => one.$parent === scope && !one.attachedToRef)
    .toSorted((a, b) => called(a.id).localeCompare(called(b.id), language));
}

function offer(select, source) {
  const kept = select.value;
  select.replaceChildren(select.options[0]);
  const left = new Set(targets(source));
  for (const [title, fits] of GROUPS) {
    const group = document.createElement('optgroup');
    group.label = say(title);
    for (const one of left) {
      if (!fits(typeOf(one))) continue;
      group.append(new Option(called(one.id), one.id));
      left.delete(one);
    }
    if (group.children.length) select.append(group);
  }
  select.value = kept;
  if (select.value !== kept) select.value = '';
}

function line(tone, label, items) {
  const row = document.createElement('p');
  const strong = document.createElement('strong');
  strong.className = tone;
  strong.textContent = label;
  row.append(strong, ` ${items.join(say(', '))}`);
  return row;
}

function verdict(place, found, moment) {
  const rows = [];
  if (found.fails) rows.push(line('danger', say('It would fail:'), [found.fails]));
  if (found.closes.length) rows.push(line('danger', say('Would be cancelled:'), found.closes.map(called)));
  if (found.opens.length) rows.push(line('good', say('Would begin:'), found.opens.map(called)));
  if (found.stops.length) rows.push(line('', say('Deadlines which stop:'), found.stops.map(called)));
  const starts = found.starts.map((one) => `${called(one.element_id)} (${moment.format(new Date(one.due_at))})`);
  if (starts.length) rows.push(line('', say('New deadlines:'), starts));
  if (found.ends) rows.push(line('danger', say('The process would be over.'), []));
  place.replaceChildren(...rows);
}

function refusal(place, problem) {
  const told = faults(problem.problem).map((one) => one.message).filter(Boolean);
  place.replaceChildren(line('danger', say('Refused:'), told.length ? told : [problem.message]));
}

export function start(card, box) {
  const form = card.querySelector('form');
  const { token_id: from, target: to } = form.elements;
  const place = card.querySelector('[data-verdict]');
  const button = form.querySelector('[type="submit"]');
  const opener = document.querySelector('[data-move-open]');
  const hint = place.firstElementChild;
  const moment = clock(card.dataset.zone);
  const source = () => from.selectedOptions[0].dataset;
  let asked = 0;

  const light = () => {
    if (!drawn) return;
    const canvas = drawn.viewer.get('canvas');
    for (const element of drawn.viewer.get('elementRegistry').getAll()) {
      for (const name of ['move-from', 'move-to']) if (canvas.hasMarker(element, name)) canvas.removeMarker(element, name);
    }
    if (card.hidden) return;
    if (business(source().element)) canvas.addMarker(source().element, 'move-from');
    if (to.value) canvas.addMarker(to.value, 'move-to');
  };
  const weigh = async () => {
    light();
    button.disabled = true;
    const turn = ++asked;
    if (!to.value) {
      place.replaceChildren(hint);
      return;
    }
    try {
      const { data } = await call('POST', `${card.dataset.move}/preview`, { token_id: from.value, target: to.value });
      if (turn !== asked) return;
      verdict(place, data, moment);
      button.disabled = Boolean(data.fails);
    } catch (problem) {
      if (!problem.problem) throw problem;
      if (turn === asked) refusal(place, problem);
    }
  };
  const ready = () => {
    for (const option of from.options) if (business(option.dataset.element)) option.text = called(option.dataset.element);
    offer(to, source().element);
    weigh();
  };
  // a token of a called process: its diagram is shown
  const follow = () => {
    if (drawn && drawn.data.definition !== source().definition) draw(box, source().definition);
    else if (drawn) ready();
  };
  const open = (wanted) => {
    card.hidden = !wanted;
    opener.setAttribute('aria-expanded', String(wanted));
    if (wanted) {
      follow();
      card.scrollIntoView({ block: 'nearest' });
      from.focus();
    } else light();
  };

  whenDrawn(box, (drawing) => {
    drawn = drawing;
    if (!card.hidden) ready();
    drawn.viewer.on('element.click', ({ element }) => {
      if (card.hidden || !element.businessObject?.$instanceOf?.('bpmn:FlowNode')) return;
      const standing = [...from.options].find((one) => one.dataset.element === element.id && one.dataset.definition === drawing.data.definition);
      if (standing && to.value !== element.id && from.value !== standing.value) from.value = standing.value;
      else {
        if (![...to.options].some((one) => one.value === element.id)) to.append(new Option(called(element.id), element.id));
        to.value = element.id;
      }
      weigh();
    });
  });
  opener.addEventListener('click', () => open(card.hidden));
  opener.disabled = false;
  for (const close of card.querySelectorAll('[data-move-close]')) close.addEventListener('click', () => { open(false); opener.focus(); });
  from.addEventListener('change', follow);
  to.addEventListener('change', weigh);
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    button.disabled = true;
    const error = form.querySelector('[data-error]');
    try {
      const body = { token_id: from.value, target: to.value, reason: form.elements.reason.value };
      await call('POST', card.dataset.move, body, { once: crypto.randomUUID() });
      toastLater(say('Moved'));
      location.reload();
    } catch (problem) {
      if (!problem.problem) throw problem;
      const told = faults(problem.problem).map((one) => one.message).filter(Boolean);
      error.hidden = false;
      error.textContent = told.join(say('; ')) || problem.message;
      button.disabled = false;
    }
  });
}
