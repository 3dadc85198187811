// What two people changed in the same file: both states can be taken away, one is chosen, and then it is saved.
import { ask } from '../base/actions.js';
import { say } from '../base/texts.js';
import { toast } from '../base/toast.js';

export function openConflict(dialog, draft) {
  dialog.querySelector('[data-files]').replaceChildren(...draft.theirs.differing.map((path) => choice(path, draft)));
  ask(dialog, async (chosen) => {
    await draft.settle(chosen);
    if (draft.state === 'conflict') return;
    toast(say('Both states were brought together.'));
  });
}

function choice(path, draft) {
  const field = document.createElement('fieldset');
  field.className = 'field';
  const legend = document.createElement('legend');
  legend.textContent = path;
  field.append(legend);
  for (const [side, label, download, files] of [
    ['mine', say('Keep mine'), say('Download mine'), draft.files],
    ['theirs', say('Take theirs'), say('Download theirs'), draft.theirs.files],
  ]) {
    const line = document.createElement('div');
    line.className = 'line';
    const pick = document.createElement('label');
    const input = document.createElement('input');
    Object.assign(input, { type: 'radio', name: path, value: side, required: true });
    pick.append(input, ` ${label}${files.has(path) ? '' : say(' (removed)')}`);
    line.append(pick);
    if (files.has(path)) line.append(link(`${side}-${path}`, files.get(path), download));
    field.append(line);
  }
  return field;
}

function link(name, text, label) {
  const made = document.createElement('a');
  made.className = 'small';
  made.download = name.replaceAll('/', '-');
  made.href = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
  made.textContent = label;
  return made;
}
