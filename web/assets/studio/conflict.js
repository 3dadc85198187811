// What two people changed in the same file: what each of them changed stands side by side, one state is used, and the
// other is kept (aside.js). The server's differ tells the changes, element by element.
import './conflict.css';

import { ask } from '../base/actions.js';
import { call } from '../base/api.js';
import { language, say } from '../base/texts.js';
import { toast } from '../base/toast.js';
import { download, element } from './parts.js';
import { titles } from './titles.js';

const SIDES = [
  ['mine', 'Keep mine', 'Download mine', 'What I changed'],
  ['theirs', 'Take theirs', 'Download theirs', 'What the other changed'],
];

export function openConflict(dialog, draft) {
  const files = { mine: draft.files, theirs: draft.theirs.files };
  const { base, differing: paths } = draft.theirs;
  const names = titles(new Map([...files.theirs, ...files.mine]));
  const lists = new Map();
  dialog.querySelector('[data-files]').replaceChildren(...paths.map((path) => choice(path, names.get(path), files, lists)));
  ask(dialog, async (chosen) => {
    await draft.settle(chosen);
    if (draft.state === 'conflict') return;
    toast(say('What you chose is used; what was not is kept.'));
  });
  tell(draft, base, files, paths, lists);
}

function choice(path, name, files, lists) {
  const field = element('fieldset', { className: 'both' });
  const legend = element('legend', { textContent: name });
  if (name !== path) legend.append(element('span', { className: 'number small muted', textContent: path }));
  field.append(legend);
  for (const [side, label, offer, title] of SIDES) {
    const there = files[side].has(path);
    const pick = element('label', { className: 'pick' });
    pick.append(element('input', { type: 'radio', name: path, value: side, required: true }), ` ${say(label)}${there ? '' : say(' (removed)')}`);
    const list = element('ol', { className: 'changes small' });
    list.setAttribute('aria-label', say(title));
    list.append(element('li', { className: 'muted', textContent: say('Comparing …') }));
    lists.set(`${side}:${path}`, list);
    const box = element('div', { className: 'state' });
    box.append(pick, element('h3', { className: 'small muted', textContent: say(title) }), list);
    if (there) box.append(download(`${side}-${path}`, files[side].get(path), say(offer)));
    field.append(box);
  }
  return field;
}

// What both changed in the same way is no question.
const same = (one) => [one.kind, one.sort, one.element, one.field, one.new].join('\n');

async function tell(draft, base, files, paths, lists) {
  const of = (map) => Object.fromEntries(paths.filter((path) => map.has(path)).map((path) => [path, map.get(path)]));
  const compare = async (side) => (await call('POST', `${draft.address}/compare`, { old: of(base), new: of(files[side]) })).data.items;
  let found;
  try {
    const [mine, theirs] = await Promise.all([compare('mine'), compare('theirs')]);
    found = { mine, theirs };
  } catch (error) {
    for (const list of lists.values()) list.replaceChildren(element('li', { className: 'muted', textContent: say('The comparison is not at hand: {0}', error.message) }));
    return;
  }
  const both = new Set(found.mine.map(same).filter((one) => found.theirs.some((other) => same(other) === one)));
  for (const [side] of SIDES) {
    for (const path of paths) {
      const changes = found[side].filter((one) => one.where === path && !both.has(same(one)));
      const lines = changes.map((one) => element('li', { className: one.kind, textContent: language === 'zh' ? one.zh : one.en }));
      if (!files[side].has(path)) lines.splice(0, lines.length, element('li', { className: 'removed', textContent: say('The whole file is removed.') }));
      if (!lines.length) lines.push(element('li', { className: 'muted', textContent: say('Only how it is written or laid out differs.') }));
      lists.get(`${side}:${path}`).replaceChildren(...lines);
    }
  }
}
