// What stands in forms while the language is switched: the page is loaded anew, so the values of every
// <form data-keep="name"> wait in this browser tab and are put back. They are gone once they are back.
const key = (form) => `typed:${location.pathname}:${form.dataset.keep}`;
const fields = (form) => [...form.elements].filter((one) => one.name && !['hidden', 'file', 'password', 'submit', 'button'].includes(one.type));
const ticks = (one) => one.type === 'radio' || one.type === 'checkbox';

export function keepTyped() {
  for (const form of document.querySelectorAll('form[data-keep]')) {
    const values = fields(form).map((one) => [one.name, ticks(one) ? one.checked : one.value]);
    sessionStorage.setItem(key(form), JSON.stringify(values));
  }
}

export function putBack() {
  for (const form of document.querySelectorAll('form[data-keep]')) {
    const kept = sessionStorage.getItem(key(form));
    if (!kept) continue;
    sessionStorage.removeItem(key(form));
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
