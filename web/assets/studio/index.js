// The studio: one bundle open in tabs (diagrams, decisions, forms), saved as it is typed, checked by the server's gate.
import './index.css';

import { call, complain } from '../base/api.js';
import { showChosen } from '../base/tabs.js';
import { language, learn, say } from '../base/texts.js';
import { toast } from '../base/toast.js';
import { openConflict } from './conflict.js';
import { Draft } from './draft.js';
import { bindFiles } from './files.js';
import { Problems } from './problems.js';
import { published } from './published.js';
import { bindShelf } from './shelf.js';
import { elementName, formId, titles } from './titles.js';
import { bindVerbs } from './verbs.js';
import formTexts from './zh/forms.js';
import simulationTexts from './zh/simulation.js';
import texts from './zh/studio.js';

learn({ ...simulationTexts, ...formTexts, ...texts });

const root = document.querySelector('[data-studio]');
const canvas = root.querySelector('[data-canvas]');
const panel = root.querySelector('[data-panel]');
const tabs = root.querySelector('[role="tablist"]');
// Drawing needs room and a mouse: on a phone everything can be looked at, and a reviewer can decide.
const onPhone = matchMedia('(max-width: 48rem)').matches;
// Without a draft it is the version in use which is looked at.
const version = root.dataset.version ?? null;
const ofVersion = version && published(root.dataset.studio, version);
const draft = new Draft(root.dataset.studio, { send: ofVersion?.send ?? call, store: localStorage, locks: navigator.locks, readonly: onPhone || root.dataset.readonly === 'yes' });
const problems = new Problems(root.querySelector('[data-problems]'), draft, ofVersion?.check);
let current = null; // {path, text, editor}

const editors = {
  bpmn: () => import('./diagram.js').then((module) => module.openDiagram),
  dmn: () => import('./decisions.js').then((module) => module.openDecisions),
  form: () => import('./forms.js').then((module) => module.openForm),
};
const kindOf = (path) => path.slice(path.lastIndexOf('.') + 1);
const order = ['bpmn', 'dmn', 'form'];

const bundle = {
  departments: [],
  deadlines: [],
  functions: [],
  published: [],
  processes: () => [...inBundle(), ...bundle.published],
  forms: () => [...titles(draft.files)].filter(([path]) => kindOf(path) === 'form').map(([path, name]) => choice(formId(path, draft.files.get(path)), name)),
  decisions: () => [...draft.files].filter(([path]) => kindOf(path) === 'dmn').flatMap(([, text]) => decisionsIn(text)),
  hasFile: (path) => draft.files.has(path),
  putFile(path, text) {
    draft.set(path, text);
    renderTabs();
  },
  openForm: (id) => goTo([...draft.files].find(([path, text]) => kindOf(path) === 'form' && formId(path, text) === id)?.[0]),
  openDecision: (id) => goTo([...draft.files].find(([path, text]) => kindOf(path) === 'dmn' && decisionsIn(text).some((one) => one.id === id))?.[0], id),
};

const choice = (value, name) => ({ value, label: name && name !== value ? `${name} (${value})` : value });

function decisionsIn(text) {
  const xml = new DOMParser().parseFromString(text, 'application/xml');
  return [...xml.getElementsByTagNameNS('*', 'decision')].map((one) => ({ id: one.getAttribute('id'), name: one.getAttribute('name') ?? '' }));
}

// Processes which this bundle's own diagrams draw.
function inBundle() {
  return [...draft.files]
    .filter(([path]) => kindOf(path) === 'bpmn')
    .flatMap(([, text]) => [...new DOMParser().parseFromString(text, 'application/xml').getElementsByTagNameNS('*', 'process')])
    .map((one) => ({ code: one.getAttribute('id'), name: one.getAttribute('name') ?? '' }));
}

function renderTabs() {
  const names = titles(new Map([...draft.files].sort(([a], [b]) => a.localeCompare(b))));
  const paths = [...names.keys()]
    .filter((path) => order.includes(kindOf(path)))
    .sort((a, b) => order.indexOf(kindOf(a)) - order.indexOf(kindOf(b)));
  tabs.replaceChildren(
    ...paths.map((path) => {
      const tab = document.createElement('button');
      tab.type = 'button';
      tab.role = 'tab';
      tab.className = `file ${kindOf(path)}`;
      tab.textContent = names.get(path);
      tab.title = path;
      tab.dataset.path = path;
      tab.setAttribute('aria-selected', String(path === current?.path));
      tab.setAttribute('aria-controls', 'studio-canvas');
      tab.tabIndex = path === current?.path ? 0 : -1;
      const faults = problems.findings.filter((one) => one.file === path && one.severity === 'error').length;
      if (faults) {
        const count = document.createElement('span');
        count.className = 'count';
        count.textContent = String(faults);
        tab.append(count);
      }
      tab.addEventListener('click', () => open(path));
      return tab;
    }),
  );
  showChosen(tabs);
  return paths;
}

tabs.addEventListener('keydown', (event) => {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  const all = [...tabs.children];
  const next = all[(all.indexOf(document.activeElement) + step + all.length) % all.length];
  next?.focus();
});

async function open(path) {
  if (current?.path === path || !draft.files.has(path)) return;
  current?.editor?.destroy();
  canvas.replaceChildren();
  panel.replaceChildren();
  panel.hidden = draft.readonly && (kindOf(path) === 'form' || (kindOf(path) === 'dmn' && version !== null)); // nothing stands there
  canvas.classList.add('loading');
  current = { path, text: draft.files.get(path), editor: null };
  renderTabs();
  const opening = current;
  try {
    const start = await editors[kindOf(path)]();
    if (current !== opening) return;
    opening.editor = await start(canvas, panel, draft.files.get(path), {
      bundle,
      trying: version === null ? { address: `${draft.address}/evaluate`, path, save: () => draft.save() } : null,
      readonly: draft.readonly,
      onMark: (finding) => problems.show(finding),
      onChange: (text) => {
        if (current !== opening) return;
        opening.text = text;
        draft.set(path, text);
      },
    });
    if (current !== opening) {
      opening.editor.destroy();
      return;
    }
    opening.editor.mark(problems.findings.filter((one) => one.file === path));
    problems.render();
  } catch (error) {
    console.warn(error);
    if (current !== opening) return;
    const message = document.createElement('p');
    message.className = 'unreadable';
    message.textContent = error.message === 'no diagram to display' ? say('{0} has no drawing. Import the file (in the process library): it is laid out there.', path) : say('{0} could not be opened: {1}', path, error.message);
    canvas.replaceChildren(message);
  } finally {
    if (current === opening) canvas.classList.remove('loading');
  }
}

async function goTo(path, element) {
  if (!path) return;
  await open(path);
  if (element) await current.editor?.focus(element);
}

// -- saved or not -------------------------------------------------------------------------------------------------
const saved = root.querySelector('[data-saved]');
const words = {
  saved: 'Saved',
  changed: 'Not saved yet',
  saving: 'Saving …',
  conflict: 'Somebody else saved first: choose',
  offline: 'Not saved: no connection',
  refused: 'Not saved: refused',
  closed: 'Not saved: the draft was handed in meanwhile',
};
const settle = () => openConflict(document.getElementById('conflict'), draft);
saved.addEventListener('click', () => draft.state === 'conflict' && settle());
draft.addEventListener('state', () => {
  saved.textContent = say(words[draft.state]);
  saved.disabled = draft.state !== 'conflict';
  root.querySelector('[data-saved-said]').textContent = draft.state === 'changed' ? '' : saved.textContent;
  saved.dataset.state = draft.state;
  if (draft.state === 'refused') complain(draft.error);
  if (draft.state === 'conflict') settle();
});
draft.addEventListener('stored', () => problems.check());
draft.addEventListener('replaced', async ({ detail }) => {
  const path = current?.path;
  const paths = renderTabs();
  if (!detail?.asked) toast(say('Somebody else saved too; both states were brought together.'));
  if (paths.includes(path) && current.text === draft.files.get(path)) return;
  current?.editor?.destroy();
  current = null;
  await open(paths.includes(path) ? path : paths[0]);
});
addEventListener('beforeunload', (event) => {
  if (draft.isChanged() && !draft.readonly) event.preventDefault();
});

// -- problems -----------------------------------------------------------------------------------------------------
problems.addEventListener('checked', () => {
  renderTabs();
  current?.editor?.mark(problems.findings.filter((one) => one.file === current.path));
});
problems.fixes = (finding) => (finding.file === current?.path && current.editor?.fixes?.(finding)) || [];
problems.nameOf = (finding) => elementName(finding.file, draft.files.get(finding.file), finding.element);
problems.addEventListener('fixed', () => {
  toast(say('Mended; Ctrl+Z takes it back.'));
  draft.save();
});
problems.addEventListener('go', ({ detail }) => goTo(detail.file || current?.path, detail.element));

bindVerbs(root, draft, problems);

if (version === null) bindShelf(root, draft);

bindFiles(root, draft, {
  current: () => current?.path,
  show(path) {
    renderTabs();
    open(path);
  },
  close() {
    current?.editor?.destroy();
    current = null;
  },
  first: () => renderTabs()[0],
});

// Saving and finding work everywhere; undoing also beside the editor (in the list of findings), where it would not hear the keys.
document.addEventListener('keydown', (event) => {
  if (!event.ctrlKey && !event.metaKey) return;
  const key = event.key.toLowerCase();
  if (key === 's') {
    event.preventDefault();
    draft.save();
  }
  if (key === 'f' && current?.editor?.find && !event.target.closest('[data-canvas], dialog')) {
    event.preventDefault();
    current.editor.find();
  }
  const step = key === 'y' || (key === 'z' && event.shiftKey) ? 'redo' : key === 'z' ? 'undo' : null;
  if (!step || draft.readonly || event.target.closest('[data-canvas], [data-panel], dialog, input, textarea')) return;
  event.preventDefault();
  current?.editor?.step?.(step);
});

async function start() {
  try {
    const [kept, catalog] = await Promise.all([draft.load(), call('GET', '/api/v1/catalog')]);
    const name = (one) => ({ ...one, name: language === 'zh' ? one.name_zh : one.name_en });
    bundle.departments = catalog.data.departments.map(name);
    bundle.deadlines = catalog.data.deadlines.map(name);
    bundle.published = catalog.data.processes.map(name).filter((one) => one.key !== root.dataset.studio);
    bundle.functions = catalog.data.functions.map((one) => ({ ...one, title: language === 'zh' ? one.title_zh : one.title_en }));
    const paths = renderTabs();
    await open(paths[0]);
    if (kept) {
      toast(say('What you had not saved was brought back.'));
      await draft.save();
    }
    await problems.check();
    root.dataset.ready = 'yes';
  } catch (error) {
    complain(error);
  }
}

start();
