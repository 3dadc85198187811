// Draws a process with a badge of open and overdue tasks on each step, coloured by one of four measures:
//   <div data-heat="ADDRESS" data-list="PATH/">; ADDRESS answers {xml, elements: [{element_id, open, overdue, ...}]}.
import { call } from '../base/api.js';
import { say } from '../base/texts.js';
import { tools } from '../viewer/draw.js';
import { makeRoom } from '../viewer/english.js';
import { plainViewer } from '../viewer/plain.js';

const SHADES = 5;
const READABLE = 0.35;
const MEASURES = {
  open: { value: (one) => one.open, text: (value) => String(Math.round(value)) },
  median: { value: (one) => one.median_hours, text: (value) => say('{0} h', value.toFixed(1)) },
  p90: { value: (one) => one.p90_hours, text: (value) => say('{0} h', value.toFixed(1)) },
  overdue: { value: (one) => one.overdue_share, text: (value) => `${Math.round(value * 100)} %` },
};

function shade(viewer, elements, name) {
  const { value, text } = MEASURES[name];
  const canvas = viewer.get('canvas');
  const registry = viewer.get('elementRegistry');
  const most = Math.max(...elements.map(value), 0);
  for (const one of elements) {
    if (!registry.get(one.element_id)) continue;
    for (let number = 0; number < SHADES; number += 1) canvas.removeMarker(one.element_id, `heat-${number}`);
    const level = most > 0 ? Math.min(SHADES - 1, Math.floor((value(one) / most) * SHADES)) : 0;
    canvas.addMarker(one.element_id, `heat-${level}`);
  }
  const legend = document.querySelector('.heat-legend');
  legend.querySelector('[data-low]').textContent = most > 0 ? text(0) : say(name === 'open' ? 'Nothing is open' : 'Nothing to colour by');
  legend.querySelector('[data-high]').textContent = most > 0 ? text(most) : '';
  for (const one of legend.querySelectorAll('i')) one.hidden = most <= 0;
}

// A call activity leads to the diagram of what it calls, a task to its list.
const where = (one, list, late) => (one.called ? `/monitor/${encodeURIComponent(one.called)}` : list?.(one.element_id, late));

function badge(viewer, one, list) {
  if (!viewer.get('elementRegistry').get(one.element_id) || !one.open) return;
  const marks = document.createElement('span');
  marks.className = 'tallies';
  for (const [count, late] of [[one.open, false], [one.overdue, true]]) {
    if (!count) continue;
    const address = where(one, list, late);
    const mark = document.createElement(address ? 'a' : 'span');
    mark.className = late ? 'tally late' : 'tally';
    mark.textContent = String(count);
    if (address) {
      mark.href = address;
      mark.setAttribute('aria-label', say(late ? '{0} overdue' : '{0} open', count));
    }
    marks.append(mark);
  }
  viewer.get('overlays').add(one.element_id, { position: { top: -14, left: -8 }, scale: { min: 0.9, max: 1.2 }, html: marks });
}

// All of it where that can be read; else the step with most overdue (or open) tasks, or where the process begins.
function look(viewer, elements) {
  const canvas = viewer.get('canvas');
  const registry = viewer.get('elementRegistry');
  canvas.zoom('fit-viewport', 'auto');
  if (canvas.zoom() >= READABLE) return;
  const busy = elements.filter((one) => one.open && !one.called && registry.get(one.element_id));
  const [worst] = busy.toSorted((a, b) => b.overdue - a.overdue || b.open - a.open);
  const place = worst ? registry.get(worst.element_id) : registry.find((one) => one.type === 'bpmn:StartEvent' && one.parent?.type !== 'bpmn:SubProcess');
  if (!place) return;
  canvas.zoom(0.65);
  canvas.scrollToElement(place, 200);
}

export async function draw(box) {
  const form = document.querySelector('[data-heat-form]');
  const chosen = () => new FormData(form).get('by') ?? 'open';
  const list = box.dataset.list
    ? (element, late) => {
        const query = new URLSearchParams();
        const version = new FormData(form).get('version');
        if (version) query.set('version', version);
        if (late) query.set('overdue', '1');
        return `${box.dataset.list}${encodeURIComponent(element)}${query.size ? `?${query}` : ''}`;
      }
    : null;
  try {
    const { data } = await call('GET', box.dataset.heat);
    box.replaceChildren();
    const viewer = plainViewer(box);
    await viewer.importXML(data.xml);
    makeRoom(viewer);
    shade(viewer, data.elements, chosen());
    for (const one of data.elements) badge(viewer, one, list);
    look(viewer, data.elements);
    tools(box, viewer, []);
    const known = new Map(data.elements.map((one) => [one.element_id, one]));
    viewer.on('element.click', ({ element }) => {
      const address = known.has(element.id) && where(known.get(element.id), list, false);
      if (address) location.assign(address);
    });
    form.addEventListener('change', (event) => {
      if (event.target.name !== 'by') return;
      shade(viewer, data.elements, chosen());
      const address = new URL(location.href);
      address.searchParams.set('by', chosen());
      history.replaceState(null, '', address);
    });
    box.dataset.ready = 'yes';
  } catch (error) {
    console.warn(error);
    box.textContent = say('The diagram could not be shown.');
    box.dataset.ready = 'failed';
  }
}
