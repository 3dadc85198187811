// Fields with a maxlength: the browser cuts what is pasted beyond it without a word, so the limit is told beside the field.
import { say } from './texts.js';

const NEAR = 0.9;

function teller(field) {
  const place = field.closest('.field');
  const known = place?.querySelector('[data-length]');
  if (known || !place) return known;
  const made = document.createElement('span');
  made.className = 'hint';
  made.dataset.length = '';
  made.setAttribute('role', 'status');
  place.append(made);
  return made;
}

function tell(field) {
  const left = field.maxLength - field.value.length;
  const near = left <= (1 - NEAR) * field.maxLength;
  const place = near ? teller(field) : field.closest('.field')?.querySelector('[data-length]');
  if (!place) return;
  const cut = left <= 0 && field.dataset.cut === 'yes';
  place.className = cut ? 'error' : 'hint';
  if (cut) place.textContent = say('At most {0} characters; what went beyond was left out.', field.maxLength);
  else place.textContent = near ? say('{0} characters left', left) : '';
}

document.addEventListener('beforeinput', (event) => {
  const field = event.target;
  const added = event.data ?? event.dataTransfer?.getData('text/plain');
  if (!(field.maxLength > 0) || !added) return;
  const kept = field.value.length - (field.selectionEnd - field.selectionStart);
  field.dataset.cut = kept + added.replaceAll('\r\n', '\n').length > field.maxLength ? 'yes' : '';
  if (field.dataset.cut) setTimeout(tell, 0, field); // a full field takes nothing in, so no `input` follows
});
document.addEventListener('input', (event) => {
  if (event.target.maxLength > 0) tell(event.target);
});
document.addEventListener('reset', (event) => {
  for (const one of event.target.querySelectorAll('[data-length]')) one.remove();
});
