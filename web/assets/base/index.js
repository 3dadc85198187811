// What every page loads: the design system and the small behaviours of the shell.
import './index.css';

import htmx from 'htmx.org';

import './actions.js';
import './choices.js';
import './exports.js';
import './keys.js';
import './lengths.js';
import './login.js';
import './menus.js';
import './pictures.js';
import './uploads.js';
import { toLogin } from './api.js';
import { showChosenTabs, startTabs } from './tabs.js';
import { explainTimes, startRefreshing } from './times.js';
import { showWaitingToast, toast } from './toast.js';
import { say } from './texts.js';
import { putBack } from './typed.js';

window.htmx = htmx;

document.addEventListener('change', (event) => {
  // a select in a filter bar without htmx sends its form
  const select = event.target.closest('select[data-send]');
  if (select) select.form.requestSubmit();
});
document.addEventListener('htmx:after:swap', () => {
  explainTimes();
  showChosenTabs();
});
document.addEventListener('htmx:before:request', () => document.documentElement.classList.add('busy'));
document.addEventListener('htmx:finally:request', () => document.documentElement.classList.remove('busy'));
document.addEventListener('htmx:response:error', (event) => {
  if (event.detail.ctx.response.status === 401) toLogin();
  else toast(say('The list could not be refreshed.'), { tone: 'danger', seconds: 5 });
});
document.addEventListener('htmx:error', () => toast(say('The list could not be refreshed.'), { tone: 'danger', seconds: 5 }));

const ready = document.querySelector('form[data-send-now]'); // a link of a mail chose already
if (ready) ready.requestSubmit(ready.querySelector('[data-now]'));

putBack();
startTabs();
showChosenTabs();
startRefreshing();
explainTimes();
showWaitingToast();
