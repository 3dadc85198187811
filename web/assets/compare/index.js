// Two versions of a diagram as pictures: the newer with what was added, changed and moved, the older with what was
// removed; the list below leads to each change and can be narrowed.
import './index.css';
import 'bpmn-js/dist/assets/diagram-js.css';
import 'bpmn-js/dist/assets/bpmn-font/css/bpmn-embedded.css';

import { call, complain } from '../base/api.js';
import { say } from '../base/texts.js';
import { makeRoom } from '../viewer/english.js';
import { plainViewer } from '../viewer/plain.js';

const root = document.querySelector('[data-compare]');
const lines = [...document.querySelectorAll('.changes li')];
const kindOf = (line) => line.classList[0];

async function mainDiagram(key, which) {
  const address = which === 'draft' ? `/api/v1/drafts/${key}/diagram` : `/api/v1/definitions/${key}/versions/${which}/diagram`;
  return (await call('GET', address)).data.xml;
}

// One picture; its kinds of changes are marked. Made when it is first looked at.
async function picture(side, kinds) {
  const container = document.createElement('div');
  container.className = 'picture';
  root.querySelector('.diagram').append(container);
  const viewer = plainViewer(container);
  try {
    await viewer.importXML(await mainDiagram(root.dataset.key, root.dataset[side]));
  } catch (error) {
    console.info(error);
    container.replaceChildren(Object.assign(document.createElement('p'), { className: 'body muted', textContent: say('The diagram could not be shown.') }));
    return { container, viewer, registry: { get: () => undefined } };
  }
  makeRoom(viewer);
  const registry = viewer.get('elementRegistry');
  const canvas = viewer.get('canvas');
  for (const line of lines) {
    const element = registry.get(line.dataset.element);
    if (element && kinds.includes(kindOf(line))) canvas.addMarker(element, `diff-${kindOf(line)}`);
  }
  canvas.zoom('fit-viewport', 'auto');
  const first = lines.map((line) => registry.get(line.dataset.element)).find((one) => one?.width);
  if (first && canvas.zoom() < 0.5) {
    canvas.zoom(0.5);
    canvas.scrollToElement(first, { top: 200, left: 300, bottom: 200, right: 300 });
  }
  return { container, viewer, registry };
}

const KINDS = { new: ['added', 'changed', 'moved'], old: ['removed', 'changed', 'moved'] };
const pictures = {};

async function look(side) {
  for (const [other, made] of Object.entries(pictures)) (await made).container.hidden = other !== side;
  for (const button of root.querySelectorAll('[data-side]')) button.setAttribute('aria-pressed', String(button.dataset.side === side));
  pictures[side] ??= picture(side, KINDS[side]);
  const shown = await pictures[side];
  shown.container.hidden = false;
  return shown;
}

async function lead(line) {
  const { viewer, registry } = await look(kindOf(line) === 'removed' ? 'old' : 'new');
  const element = registry.get(line.dataset.element);
  if (!element) return;
  const canvas = viewer.get('canvas');
  if (canvas.zoom() < 0.7) canvas.zoom(0.7);
  canvas.scrollToElement(element, 120);
  viewer.get('selection')?.select(element);
  for (const one of document.querySelectorAll('.diff-here')) one.classList.remove('diff-here');
  canvas.getGraphics(element).classList.add('diff-here');
  root.scrollIntoView({ block: 'nearest', behavior: 'smooth' });
}

function narrow() {
  const box = document.querySelector('[data-filter]');
  if (!box) return;
  const kinds = [...box.querySelectorAll('input:checked')].map((one) => one.value);
  const words = box.querySelector('[type="search"]').value.trim().toLowerCase();
  for (const line of lines) line.hidden = !kinds.includes(kindOf(line)) || !line.textContent.toLowerCase().includes(words);
}

async function start() {
  root.addEventListener('click', (event) => {
    const button = event.target.closest('[data-side]');
    if (button) look(button.dataset.side).catch(complain);
  });
  document.querySelector('[data-filter]')?.addEventListener('input', narrow);
  narrow();
  const { registry } = await look('new');
  for (const line of lines) {
    if (!registry.get(line.dataset.element) && kindOf(line) !== 'removed') continue;
    const text = line.firstElementChild;
    text.tabIndex = 0;
    text.role = 'button';
    line.addEventListener('click', () => lead(line).catch(complain));
    text.addEventListener('keydown', (event) => event.key === 'Enter' && lead(line).catch(complain));
  }
  root.dataset.ready = 'yes';
}

if (root) start().catch(complain);
