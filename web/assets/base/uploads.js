// Upload boxes: <form data-upload="/api/v1/…/evidence"> with one file input; files are sent one by one.
import { call, complain, faults } from './api.js';
import { refreshParts } from './parts.js';
import { say } from './texts.js';
import { toast } from './toast.js';

const MEGABYTE = 2 ** 20;
const refused = (file, ...lines) => toast(say('{0} was not added', file.name), { tone: 'danger', lines });

async function upload(form, files) {
  const state = form.querySelector('[data-state]');
  let sent = 0;
  const limit = Number(form.dataset.megabytes);
  for (const file of files) {
    if (file.size > limit * MEGABYTE) {
      refused(file, say('It has {0} MB; a file may have at most {1} MB.', Math.ceil(file.size / MEGABYTE), limit));
      continue;
    }
    state.textContent = say('Sending {0} ({1} of {2})', file.name, sent + 1, files.length);
    const body = new FormData(form);
    body.delete('file');
    body.append('file', file, file.name);
    try {
      await call('POST', form.dataset.upload, body, { once: crypto.randomUUID() });
      sent += 1;
    } catch (problem) {
      const lines = problem.problem ? faults(problem.problem).map((one) => one.message).filter(Boolean) : [];
      if (problem.status === 413) lines.push(say('It is too large; a file may have at most {0} MB.', limit));
      if (!lines.length) complain(problem);
      else refused(file, ...lines);
    }
  }
  state.textContent = '';
  form.reset();
  if (!sent) return;
  toast(say('{0} file(s) added', sent));
  await refreshParts();
}

// Files which go with a form, looked at before anything is sent: <input type="file" data-most="10" data-megabytes="50">.
document.addEventListener('change', (event) => {
  const input = event.target.closest('input[type="file"][data-most]');
  if (!input) return;
  const megabytes = [...input.files].reduce((sum, file) => sum + file.size, 0) / MEGABYTE;
  const empty = [...input.files].find((file) => !file.size);
  let wrong = '';
  if (input.files.length > Number(input.dataset.most)) wrong = say('At most {0} files at once; you chose {1}.', input.dataset.most, input.files.length);
  else if (megabytes > Number(input.dataset.megabytes)) wrong = say('At most {0} MB together; these are {1} MB.', input.dataset.megabytes, Math.ceil(megabytes));
  else if (empty) wrong = say('{0} is empty.', empty.name);
  input.setCustomValidity(wrong);
  if (wrong) input.reportValidity();
});

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
