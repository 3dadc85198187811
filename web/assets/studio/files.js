// The dialogs which add a file to the bundle and take the open one away.
import { say } from '../base/texts.js';
import { emptyFile } from './templates.js';

// tabs: {current() -> path, show(path), close(), first() -> path}
export function bindFiles(root, draft, tabs) {
  root.addEventListener('click', (event) => {
    if (event.target.closest('[data-open="remove-file"]')) document.querySelector('#remove-file [data-name]').textContent = tabs.current() ?? '';
  });
  document.addEventListener('submit', (event) => {
    const add = event.target.closest('form[data-new-file]');
    const remove = event.target.closest('form[data-remove-file]');
    if (!add && !remove) return;
    event.preventDefault();
    if (add) addFile(add, draft, tabs);
    else removeFile(remove, draft, tabs);
  });
}

function addFile(form, draft, tabs) {
  const name = form.elements.name.value.trim();
  const path = `${name}.${form.elements.kind.value}`;
  const error = form.querySelector('[data-error]');
  error.hidden = !draft.files.has(path);
  error.textContent = error.hidden ? '' : say('There is a file of this name already.');
  if (!error.hidden) return;
  form.closest('dialog').close();
  draft.set(path, emptyFile(form.elements.kind.value, name));
  tabs.show(path);
}

function removeFile(form, draft, tabs) {
  form.closest('dialog').close();
  const gone = tabs.current();
  if (!gone) return;
  tabs.close();
  draft.set(gone, null);
  tabs.show(tabs.first());
}
