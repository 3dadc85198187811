// The one way scripts of the pages talk to the server: JSON to /api/v1 with the session cookie and the CSRF token.
import { say } from './texts.js';
import { toast } from './toast.js';
import { keepTyped } from './typed.js';

const meta = (name) => document.querySelector(`meta[name="${name}"]`)?.content ?? '';

// A refused request: `status` and the RFC 9457 `problem` ({title, detail, errors?...}) the server gave.
export class Problem extends Error {
  constructor(status, problem) {
    super(problem.detail || problem.title || say('The request failed.'));
    this.status = status;
    this.problem = problem;
  }
}

async function answer(method, url, headers, body) {
  document.documentElement.classList.add('busy');
  let response;
  try {
    response = await fetch(url, { method, headers: { 'X-CSRF-Token': meta('csrf-token'), ...headers }, body });
  } catch {
    throw new Problem(0, { title: say('No connection to the server. What you typed is still here; try again.') });
  } finally {
    document.documentElement.classList.remove('busy');
  }
  if (response.ok) return response;
  const json = (response.headers.get('Content-Type') ?? '').includes('json');
  throw new Problem(response.status, json ? await response.json() : { title: `${response.status} ${response.statusText}` });
}

// Sends `body` (object = JSON, FormData = as it is); gives {data, rev}. `rev` guards an edit (If-Match), `once` makes a
// repeated POST harmless (Idempotency-Key).
export async function call(method, url, body, { rev, once } = {}) {
  const headers = { Accept: 'application/json' };
  if (rev !== undefined && rev !== '') headers['If-Match'] = `"${rev}"`;
  if (once) headers['Idempotency-Key'] = once;
  const form = body instanceof FormData;
  if (body !== undefined && !form) headers['Content-Type'] = 'application/json';
  const response = await answer(method, url, headers, form || body === undefined ? body : JSON.stringify(body));
  const data = (response.headers.get('Content-Type') ?? '').includes('json') ? await response.json() : null;
  return { data, rev: (response.headers.get('ETag') ?? '').replace(/^(W\/)?"|"$/g, '') };
}

// The file a GET answers with, as text.
export const text = async (url) => (await answer('GET', url, {})).text();

// Saves the file a GET answers with, under the name the server gives it; gives the answer's headers.
export async function save(url) {
  const response = await answer('GET', url, {});
  const link = document.createElement('a');
  link.href = URL.createObjectURL(await response.blob());
  link.download = /filename="([^"]+)"/.exec(response.headers.get('Content-Disposition') ?? '')?.[1] ?? '';
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000); // not before the browser has begun to save
  return response.headers;
}

// The faults of single fields in a problem, as [{path, message}].
export function faults(problem) {
  const list = problem.errors ?? problem.problems ?? [];
  if (!Array.isArray(list)) return [];
  const zh = document.documentElement.lang.startsWith('zh');
  return list.map((one) => ({
    path: one.path ?? one.field ?? one.pointer ?? '',
    label: one.label ?? '',
    message: (zh ? one.message_zh : one.message_en) ?? one.message ?? one.detail ?? '',
  }));
}

// The session ended: to the login page and back, with what was typed.
export function toLogin() {
  keepTyped();
  location.assign(`/login?next=${encodeURIComponent(location.pathname + location.search)}`);
}

// Shows any failure as a toast; a lost session leads to the login page.
export function complain(error) {
  if (!(error instanceof Problem)) throw error;
  if (error.status === 401) {
    toLogin();
    return;
  }
  const list = faults(error.problem);
  const lines = list.map((one) => [one.label || one.path, one.message].filter(Boolean).join(say(': ')));
  toast(error.problem.title && error.problem.title !== error.message ? error.problem.title : error.message, {
    tone: 'danger',
    lines: lines.length ? lines : error.problem.title !== error.message ? [error.message] : [],
  });
}
