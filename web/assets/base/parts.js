// Parts of a page which change without loading it anew: every element with data-part is filled from a fresh copy.
import { explainTimes } from './times.js';
import { keepTyped, putBack } from './typed.js';

export async function refreshParts() {
  const response = await fetch(location.href, { headers: { Accept: 'text/html' } });
  if (!response.ok) return;
  const fresh = new DOMParser().parseFromString(await response.text(), 'text/html');
  keepTyped();
  for (const part of document.querySelectorAll('[data-part]')) {
    const next = fresh.querySelector(`[data-part="${CSS.escape(part.dataset.part)}"]`);
    if (next) part.replaceChildren(...next.childNodes);
  }
  putBack();
  explainTimes();
}
