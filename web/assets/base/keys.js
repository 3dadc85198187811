// Keyboard: j/k walk the list, Enter opens, c claims, / searches, ? shows the sheet, g i / g c go to inbox / cases.
const typing = (target) => target.closest('input, textarea, select, [contenteditable], .fjs-container, dialog[open]');
const rows = () => [...document.querySelectorAll('[data-rows] > li')];
let pending = '';
let place = '';
let index = 0;

function walk(step) {
  const list = rows();
  if (!list.length) return;
  const here = list.findIndex((row) => row.hasAttribute('data-here'));
  const next = list[Math.min(list.length - 1, Math.max(0, here < 0 ? 0 : here + step))];
  list[here]?.removeAttribute('data-here');
  next.setAttribute('data-here', '');
  next.querySelector('a')?.focus({ preventScroll: true });
  next.scrollIntoView({ block: 'nearest' });
}

const current = () => document.querySelector('[data-rows] > li[data-here]');

const keys = {
  j: () => walk(1),
  k: () => walk(-1),
  c: () => (current() ?? document).querySelector('[data-key="c"]')?.click(),
  '/': () => document.querySelector('[data-key="/"], input[type="search"]')?.focus(),
  '?': () => document.getElementById('keys')?.showModal(),
};

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (pending === 'g') {
    pending = '';
    document.querySelector(`a[data-go="${CSS.escape(event.key)}"]`)?.click();
    return;
  }
  if (event.key === 'g') {
    pending = 'g';
    setTimeout(() => { pending = ''; }, 1000);
    return;
  }
  const run = keys[event.key];
  if (!run) return;
  event.preventDefault();
  run();
});

// A refreshed list keeps the place where somebody was.
// Where their row is gone (claimed, done), the one which took its place is it.
document.addEventListener('htmx:before:swap', () => {
  const here = current();
  if (!here) return;
  place = here.id;
  index = rows().indexOf(here);
});
document.addEventListener('htmx:after:swap', () => {
  if (!place || current()) return;
  const list = rows();
  const next = document.getElementById(place) ?? list[Math.min(index, list.length - 1)];
  next?.setAttribute('data-here', '');
});

document.addEventListener('focusin', (event) => {
  const row = event.target.closest('[data-rows] > li');
  if (!row) return;
  current()?.removeAttribute('data-here');
  row.setAttribute('data-here', '');
});
