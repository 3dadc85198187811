// What was typed and must outlive the page: the language is switched, the session ends, the page is loaded anew. It
// waits in this browser tab, for the person who typed it and nobody else, and is gone once it is back or sent.
//   <form data-keep="name">: kept when the page is left by us.   data-keep-always: with every change, until it is sent.
const KEPT = /^(typed|draft):/;
const OWNER = 'typist';
const { person } = document.documentElement.dataset;
const key = (form) => `typed:${location.pathname}:${form.dataset.keep}`;
const fields = (form) => [...form.elements].filter((one) => one.name && !['hidden', 'file', 'password', 'submit', 'button'].includes(one.type));
const ticks = (one) => one.type === 'radio' || one.type === 'checkbox';
const ours = () => Object.keys(sessionStorage).filter((one) => KEPT.test(one));

export const somethingKept = () => ours().length > 0;
// Whether somebody worked in this tab and did not log out: who comes to the login then was sent there.
export const somebodyWasHere = () => sessionStorage.getItem(OWNER) !== null;

export function forgetAll() {
  for (const one of [OWNER, ...ours()]) sessionStorage.removeItem(one);
}

if (person && sessionStorage.getItem(OWNER) !== person) {
  forgetAll();
  sessionStorage.setItem(OWNER, person);
}

function keep(form) {
  const values = fields(form).map((one) => [one.name, ticks(one) ? one.checked : one.value]);
  sessionStorage.setItem(key(form), JSON.stringify(values));
}

export function keepTyped() {
  for (const form of document.querySelectorAll('form[data-keep]')) {
    if (!form.closest('dialog:not([open])')) keep(form);
  }
}

export function forgetTyped(form) {
  sessionStorage.removeItem(key(form));
}

export function putBack() {
  for (const form of document.querySelectorAll('form[data-keep]')) {
    const kept = sessionStorage.getItem(key(form));
    if (!kept) continue;
    if (form.dataset.keepAlways === undefined) forgetTyped(form);
    form.dataset.restored = '';
    const values = JSON.parse(kept);
    for (const [at, one] of fields(form).entries()) {
      const [name, value] = values[at] ?? [];
      if (name !== one.name) continue;
      if (ticks(one)) one.checked = value;
      else one.value = value;
      if (value && !ticks(one) && one.closest('details')) one.closest('details').open = true;
    }
  }
}

for (const kind of ['input', 'change']) {
  document.addEventListener(kind, (event) => {
    const form = event.target.closest('form[data-keep-always]');
    if (form) keep(form);
  });
}
