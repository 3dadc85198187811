// Upload boxes: <form data-upload="/api/v1/…/evidence"> with one file input; files are sent one by one.
import { call, complain } from './api.js';
import { refreshParts } from './parts.js';
import { say } from './texts.js';
import { toast } from './toast.js';

async function upload(form, files) {
  const state = form.querySelector('[data-state]');
  let sent = 0;
  for (const file of files) {
    state.textContent = say('Sending {0} ({1} of {2})', file.name, sent + 1, files.length);
    const body = new FormData(form);
    body.delete('file');
    body.append('file', file, file.name);
    try {
      await call('POST', form.dataset.upload, body, { once: crypto.randomUUID() });
      sent += 1;
    } catch (problem) {
      complain(problem);
    }
  }
  state.textContent = '';
  form.reset();
  if (!sent) return;
  toast(say('{0} file(s) added', sent));
  await refreshParts();
}

document.addEventListener('change', (event) => {
  const form = event.target.closest('form[data-upload]');
  if (form && event.target.type === 'file' && event.target.files.length) upload(form, [...event.target.files]);
});
for (const kind of ['dragover', 'dragleave', 'drop']) {
  document.addEventListener(kind, (event) => {
    const form = event.target.closest?.('form[data-upload]');
    if (!form) return;
    event.preventDefault();
    form.querySelector('.drop').classList.toggle('over', kind === 'dragover');
    if (kind === 'drop' && event.dataTransfer.files.length) upload(form, [...event.dataTransfer.files]);
  });
}
