// The export dialog of a list: <form action="…/export" data-export="cases|tasks|instances" data-fixed='{…}'>.
// What is exported is what the list shows: the filters are read from the page's address when the form is sent.
import { complain, save } from './api.js';
import { language, say } from './texts.js';
import { toast } from './toast.js';

// page -> API, where a filter is called otherwise there
const NAMES = {
  cases: { from: 'received_from', to: 'received_to' },
  tasks: { unclaimed: 'claimed', overdue: 'overdue' },
  instances: {},
};
const VALUES = { claimed: 'false', overdue: 'true' };
const DATES = new Set(['received_from', 'received_to', 'closed_from', 'closed_to']);
const NO_FILTERS = new Set(['after', 'by', 'days', 'sort']);

function value(name, text) {
  if (DATES.has(name) && /^\d{4}-\d{2}-\d{2}$/.test(text)) return `${text}T00:00:00Z`;
  return VALUES[name] ?? text;
}

function address(form) {
  const query = new URLSearchParams(new FormData(form));
  const names = NAMES[form.dataset.export];
  for (const [name, text] of new URLSearchParams(location.search)) {
    const to = names[name] ?? name;
    if (text && !NO_FILTERS.has(name)) query.set(to, value(to, text));
  }
  for (const [name, text] of Object.entries(JSON.parse(form.dataset.fixed))) query.set(name, text);
  return `${form.action}?${query}`;
}

function report(headers) {
  const rows = Number(headers.get('X-Rows')).toLocaleString(language);
  if (headers.has('X-Cut')) toast(say('Only the first {0} rows were exported: narrow the filter.', rows), { tone: 'danger' });
  else toast(say('Rows exported: {0}', rows));
}

document.addEventListener('submit', async (event) => {
  const form = event.target.closest('form[data-export]');
  if (!form) return;
  event.preventDefault();
  const button = form.querySelector('[type="submit"]');
  button.setAttribute('aria-busy', 'true');
  button.disabled = true;
  try {
    report(await save(address(form)));
  } catch (problem) {
    complain(problem);
  } finally {
    form.closest('dialog').close();
    button.removeAttribute('aria-busy');
    button.disabled = false;
  }
});
