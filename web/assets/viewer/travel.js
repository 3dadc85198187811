// Time travel: a slider over the history of an instance; the diagram shows where its tasks stood then and the way taken.
import { call } from '../base/api.js';
import { language, learn, say } from '../base/texts.js';
import { mark, whenDrawn } from './draw.js';
import zh from './zh.js';

learn(zh);

const OVER = new Set(['task_completed', 'task_cancelled']);
// A moment in words, in the enterprise's zone as everywhere on the page.
export const clock = (zone) => new Intl.DateTimeFormat(language === 'zh' ? 'zh-CN' : 'en-GB', { dateStyle: 'medium', timeStyle: 'short', timeZone: zone });

async function events(address) {
  const found = [];
  for (let after = ''; after !== null;) {
    const { data } = await call('GET', `${address}?limit=200${after ? `&after=${encodeURIComponent(after)}` : ''}`);
    found.push(...data.items);
    after = data.next;
  }
  return found;
}

// The states after each moment at which something moved: {at, tokens, taken}; what happened in one step is one state.
export function states(history) {
  const open = new Map();
  const taken = new Set();
  const found = [];
  for (const event of history) {
    if (event.kind === 'moved') for (const id of event.data.path ?? []) taken.add(id);
    else if (event.kind === 'task_opened') open.set(event.task_id, { element: event.element_id, due: event.data.due_at });
    else if (OVER.has(event.kind)) open.delete(event.task_id);
    else continue;
    const tokens = [...open.values()].map(({ element, due }) => ({ element, late: Boolean(due) && due < event.at }));
    const state = { at: event.at, tokens, taken: [...taken] };
    if (found.at(-1)?.at === event.at) found[found.length - 1] = state;
    else found.push(state);
  }
  return found;
}

export function start(part, box) {
  const bar = part.querySelector('[data-travel-bar]');
  const slider = bar.querySelector('input');
  const told = bar.querySelector('output');
  const moment = clock(part.dataset.zone);
  let known = [];
  let drawn = null;
  const show = () => {
    const now = Number(slider.value) === known.length;
    const state = now ? drawn.data : known[slider.value];
    mark(drawn.viewer, state);
    told.textContent = now ? say('Now') : moment.format(new Date(state.at));
    slider.setAttribute('aria-valuetext', told.textContent);
  };
  const opener = part.querySelector('[data-travel-start]');
  whenDrawn(box, (drawing) => {
    drawn = drawing;
    opener.disabled = false;
    if (known.length) show();
  });
  opener.addEventListener('click', async () => {
    opener.disabled = true;
    try {
      known = states(await events(part.dataset.travel));
    } catch (error) {
      opener.disabled = false;
      throw error;
    }
    slider.max = known.length;
    slider.value = known.length;
    opener.hidden = true;
    bar.hidden = false;
    slider.focus();
    show();
  });
  slider.addEventListener('input', show);
  for (const button of bar.querySelectorAll('[data-travel-step]')) {
    button.addEventListener('click', () => {
      slider.value = Number(slider.value) + Number(button.dataset.travelStep);
      show();
    });
  }
}
