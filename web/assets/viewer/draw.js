// Draws a diagram with tokens and the way taken into a box with data-diagram="ADDRESS".
// ADDRESS answers {"xml", "tokens": [{"element", "count", "late", "failed"}], "taken": [ids], "definition",
// "processes": [{"definition", "process_id", "name_zh", "name_en"}]}; another of the processes is asked for by ?definition=.
import { call } from '../base/api.js';
import { language, say } from '../base/texts.js';
import { makeRoom } from './english.js';
import { plainViewer } from './plain.js';

const MARKS = ['taken', 'here', 'late', 'failed'];

// Puts the marks of a moment on the diagram, in place of those before.
export function mark(viewer, { tokens = [], taken = [] }) {
  const registry = viewer.get('elementRegistry');
  const canvas = viewer.get('canvas');
  const overlays = viewer.get('overlays');
  overlays.remove({ type: 'token' });
  for (const element of registry.getAll()) for (const name of MARKS) if (canvas.hasMarker(element, name)) canvas.removeMarker(element, name);
  for (const id of taken) if (registry.get(id)) canvas.addMarker(id, 'taken');
  for (const token of tokens) {
    const element = registry.get(token.element);
    if (!element) continue;
    canvas.addMarker(token.element, 'here');
    if (token.late) canvas.addMarker(token.element, 'late');
    if (token.failed) canvas.addMarker(token.element, 'failed');
    const badge = document.createElement('span');
    badge.className = `token${token.late ? ' late' : ''}${token.failed ? ' failed' : ''}`;
    badge.textContent = token.failed ? '!' : String(token.count ?? 1);
    overlays.add(token.element, 'token', { position: { top: -12, left: -12 }, html: badge });
  }
}

function fit(viewer, tokens) {
  const canvas = viewer.get('canvas');
  canvas.zoom('fit-viewport', 'auto');
  const first = tokens.map((token) => viewer.get('elementRegistry').get(token.element)).find(Boolean);
  // a wide diagram in a narrow box would be unreadable: go to the token instead
  if (first && canvas.zoom() < 0.45) {
    canvas.zoom(0.7);
    canvas.scrollToElement(first, 80);
  }
}

export function tools(box, viewer, tokens) {
  const bar = document.createElement('div');
  bar.className = 'tools no-print';
  const canvas = viewer.get('canvas');
  const verbs = [
    ['plus', say('Zoom in'), () => viewer.get('zoomScroll').stepZoom(1)],
    ['minus', say('Zoom out'), () => viewer.get('zoomScroll').stepZoom(-1)],
    ['route', say('Fit to window'), () => canvas.zoom('fit-viewport', 'auto')],
    ['maximize', say('Full screen'), () => (document.fullscreenElement ? document.exitFullscreen() : box.requestFullscreen())],
  ];
  const icons = document.querySelector('meta[name="icons"]').content;
  for (const [icon, label, run] of verbs) {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'button square';
    button.title = label;
    button.setAttribute('aria-label', label);
    button.innerHTML = `<svg class="icon" aria-hidden="true"><use href="${icons}#${icon}"/></svg>`;
    button.addEventListener('click', run);
    bar.append(button);
  }
  box.append(bar);
  document.addEventListener('fullscreenchange', () => fit(viewer, tokens));
}

// Where a called process has tokens, a select shows it instead.
function choices(box, { definition, processes = [] }) {
  if (!processes.some((one) => one.definition !== definition)) return;
  const select = document.createElement('select');
  select.className = 'input sheet no-print';
  select.setAttribute('aria-label', say('Shown process'));
  for (const one of processes) select.add(new Option(language === 'zh' ? one.name_zh : one.name_en, one.definition, false, one.definition === definition));
  select.addEventListener('change', () => draw(box, select.value));
  box.append(select);
}

const drawings = new WeakMap();

// Calls `run` with what is drawn in a box ({viewer, data}): now, and whenever it is drawn anew.
export function whenDrawn(box, run) {
  box.addEventListener('drawn', ({ detail }) => run(detail));
  if (drawings.has(box)) run(drawings.get(box));
}

export async function draw(box, definition) {
  box.dataset.drawn = 'yes';
  try {
    const { data } = await call('GET', box.dataset.diagram + (definition ? `?definition=${definition}` : ''));
    box.replaceChildren();
    const viewer = plainViewer(box);
    await viewer.importXML(data.xml);
    makeRoom(viewer);
    mark(viewer, data);
    fit(viewer, data.tokens ?? []);
    tools(box, viewer, data.tokens ?? []);
    choices(box, data);
    box.dataset.ready = 'yes';
    drawings.set(box, { viewer, data });
    box.dispatchEvent(new CustomEvent('drawn', { detail: { viewer, data } }));
  } catch (error) {
    console.warn(error);
    box.textContent = say('The diagram could not be shown.');
    box.dataset.ready = 'failed';
  }
}
