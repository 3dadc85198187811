// Rows of the migration page. Names come from diagrams and are only ever written as text.
import { say, language } from '../base/texts.js';

const cell = (...content) => {
  const made = document.createElement('td');
  made.append(...content);
  return made;
};
const tag = (name, text, className = '') => Object.assign(document.createElement(name), { textContent: text, className });
const row = (...cells) => {
  const made = document.createElement('tr');
  made.append(...cells);
  return made;
};
const name = (one) => (language === 'zh' ? one.name_zh : one.name_en) || one.element;

export function listOf(list, lines) {
  list.replaceChildren(...lines.map(({ tone, text }) => tag('li', text, tone)));
}

export function elementLine(line, choices, remap) {
  const select = document.createElement('select');
  select.className = 'input';
  select.setAttribute('aria-label', `${say('New element for')} ${name(line)}`);
  select.append(choices.content.cloneNode(true));
  select.value = line.target ?? '';
  select.addEventListener('change', () => remap(select.value));
  const count = tag('td', String(line.tokens || '–'), 'end');
  const first = cell(tag('strong', name(line)), document.createElement('br'), tag('span', line.element, 'number small muted'));
  if (line.status === 'gone') first.append(' ', tag('span', say('gone'), 'badge danger'));
  if (line.status === 'changed') first.append(' ', tag('span', say('changed'), 'badge warn'));
  return row(first, count, cell(select));
}

// Where the tokens of an instance go, in words: instances of one place stand together.
export const placeOf = (verdict, named) => verdict.tokens.map((one) => place(one, named)).join(say('; ')) || '–';

// The head of the instances of one place, which counts them.
export function placeHead(text) {
  const body = document.createElement('tbody');
  const head = tag('th', '', 'place');
  head.colSpan = 4;
  head.scope = 'rowgroup';
  head.append(tag('span', text), ' ', tag('span', '0', 'count'));
  body.append(row(head));
  return body;
}

export function verdictLine(verdict, counted) {
  const box = Object.assign(document.createElement('input'), { type: 'checkbox', value: verdict.instance_id, checked: verdict.ok, disabled: !verdict.ok });
  box.setAttribute('aria-label', verdict.business_key);
  box.addEventListener('change', counted);
  const link = Object.assign(tag('a', verdict.business_key, 'number'), { href: `/instances/${verdict.instance_id}` });
  const said = cell(tag('span', verdict.ok ? say('can go') : say('cannot'), `badge ${verdict.ok ? 'good' : 'danger'}`));
  for (const reason of verdict.reasons) said.append(tag('p', language === 'zh' ? reason.message_zh : reason.message_en, 'small'));
  const due = cell(...verdict.timers.filter(moved).map((one) => tag('p', timer(one), 'small')));
  due.className = 'due';
  return row(cell(box), cell(link), said, due);
}

export const STATES = { pending: 'waiting', migrated: 'migrated', refused: 'refused', ended: 'ended', returning: 'going back', returned: 'put back', kept: 'kept' };
const TONES = { migrated: 'good', returned: '', ended: '' };

// Once it was carried out, the row of an instance says what became of it.
export function became(table, { instance_id: id, status }) {
  const box = [...table.querySelectorAll('tbody input')].find((one) => one.value === id);
  if (!box) return;
  Object.assign(box, { checked: false, disabled: true });
  const badge = box.closest('tr').querySelector('.badge');
  badge.textContent = say(STATES[status]);
  badge.className = `badge ${TONES[status] ?? 'danger'}`;
}

// `named(id)`: the name of an element, or its id
const place = ({ element, target }, named) => (element === target ? named(element) : `${named(element)} → ${named(target)}`);

const moved = (one) => one.old_due !== one.new_due;
const moment = (text) => (text ? new Date(text).toLocaleString(language === 'zh' ? 'zh-CN' : 'en-GB', { dateStyle: 'medium', timeStyle: 'short' }) : '–');

function timer(one) {
  return `${one.element}${say(': ')}${moment(one.old_due)} → ${moment(one.new_due)}${one.due ? say(' (at once)') : ''}`;
}
