// A picture of the evidence, large: <button data-picture="its name"><img></button>.
import { say } from './texts.js';

function dialogOf(button) {
  const dialog = document.createElement('dialog');
  dialog.className = 'picture';
  dialog.setAttribute('aria-labelledby', 'picture-title');
  const body = document.createElement('div');
  body.className = 'body';
  const title = document.createElement('h2');
  title.id = 'picture-title';
  title.append(Object.assign(document.createElement('bdi'), { textContent: button.dataset.picture }));
  const picture = document.createElement('img');
  picture.src = button.querySelector('img').src;
  picture.alt = button.dataset.picture;
  const actions = document.createElement('div');
  actions.className = 'actions';
  const download = Object.assign(document.createElement('a'), { className: 'button', href: picture.src, textContent: say('Download') });
  download.download = '';
  const close = Object.assign(document.createElement('button'), { className: 'button primary', type: 'button', textContent: say('Close') });
  close.dataset.close = '';
  actions.append(download, close);
  body.append(title, picture, actions);
  dialog.append(body);
  return dialog;
}

document.addEventListener('click', (event) => {
  const button = event.target.closest('[data-picture]');
  if (!button) return;
  const dialog = dialogOf(button);
  dialog.addEventListener('close', () => dialog.remove());
  dialog.addEventListener('click', (click) => { if (click.target === dialog) dialog.close(); });
  document.body.append(dialog);
  dialog.showModal();
});
