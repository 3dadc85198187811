// The login form: one POST to the session resource, then on to where the person wanted to go.
import { call } from './api.js';
import { somebodyWasHere, somethingKept } from './typed.js';

const form = document.querySelector('form[data-login]');

async function send(login, password) {
  const error = form.querySelector('[data-error]');
  const button = form.querySelector('button[type="submit"]');
  error.hidden = true;
  button.setAttribute('aria-busy', 'true');
  try {
    await call('POST', '/api/v1/session', { login, password });
    location.assign(form.dataset.next);
  } catch (problem) {
    error.hidden = false;
    error.querySelector('[data-text]').textContent = problem.message;
    button.removeAttribute('aria-busy');
    form.elements.password.select();
  }
}

if (form && somebodyWasHere()) {
  document.querySelector('[data-ended]').hidden = false;
  document.querySelector('[data-ended-kept]').hidden = !somethingKept();
}

form?.addEventListener('submit', (event) => {
  event.preventDefault();
  send(form.elements.login.value.trim(), form.elements.password.value);
});
document.querySelector('[data-demo]')?.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-user]');
  if (button) send(button.dataset.user, button.dataset.password);
});
