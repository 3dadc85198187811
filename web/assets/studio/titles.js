// What a file of a bundle is called among people: the process drawn in it, the decision, the step which shows the form.
import { language } from '../base/texts.js';

const chinese = language === 'zh';

const parse = (text) => new DOMParser().parseFromString(text, 'application/xml');
const first = (xml, name) => xml.getElementsByTagNameNS('*', name)[0];

function nameOf(element) {
  if (chinese || !element) return element?.getAttribute('name');
  const own = [...element.children].find((child) => child.localName === 'extensionElements');
  const english = own?.querySelector('[name="redress:name-en"]')?.getAttribute('value');
  return english ?? element.getAttribute('name');
}

export function formId(path, text) {
  try {
    return JSON.parse(text).id ?? path.replace(/\.form$/, '');
  } catch {
    return path.replace(/\.form$/, '');
  }
}

// files: Map path -> text. Gives path -> title, the forms in the order of the steps which show them; a file which says
// nothing is called as it is stored, and comes last.
export function titles(files) {
  const found = new Map();
  const steps = new Map(); // form id -> the name of the step which shows it
  for (const [path, text] of files) {
    if (path.endsWith('.bpmn')) {
      const xml = parse(text);
      found.set(path, nameOf(first(xml, 'process')));
      for (const [form, step] of shown(xml)) if (!steps.has(form)) steps.set(form, nameOf(step));
    }
    if (path.endsWith('.dmn')) found.set(path, chinese ? first(parse(text), 'decision')?.getAttribute('name') : null);
  }
  const forms = [...files].filter(([path]) => path.endsWith('.form')).map(([path, text]) => [path, formId(path, text)]);
  const places = [...steps.keys()];
  const place = (id) => (steps.has(id) ? places.indexOf(id) : places.length);
  for (const [path, id] of forms.toSorted((a, b) => place(a[1]) - place(b[1]) || a[0].localeCompare(b[0]))) found.set(path, steps.get(id));
  const all = new Set([...found.keys(), ...files.keys()]);
  return new Map([...all].map((path) => [path, found.get(path) || path.replace(/\.(bpmn|dmn|form)$/, '')]));
}

// [form id, the step which shows it], from left to right.
function shown(xml) {
  const left = new Map();
  for (const shape of xml.getElementsByTagNameNS('*', 'BPMNShape')) {
    left.set(shape.getAttribute('bpmnElement'), Number(first(shape, 'Bounds')?.getAttribute('x') ?? Infinity));
  }
  const at = (step) => left.get(step?.getAttribute('id')) ?? Infinity;
  return [...xml.getElementsByTagNameNS('*', 'formDefinition')]
    .map((form) => [form.getAttribute('formId'), form.parentElement?.parentElement])
    .toSorted((a, b) => (at(a[1]) < at(b[1]) ? -1 : Number(at(a[1]) > at(b[1]))));
}

// What people call an element of a file: the step of a diagram, the decision, the field of a form; '' where nobody named it.
export function elementName(path, text, id) {
  if (!id || !text) return '';
  if (path.endsWith('.form')) return fieldName(text, id);
  if (read.text !== text) Object.assign(read, { text, elements: new Map([...parse(text).getElementsByTagName('*')].map((one) => [one.getAttribute('id'), one])) });
  return nameOf(read.elements.get(id)) || '';
}

const read = { text: '', elements: new Map() }; // the file which was asked about last

function fieldName(text, id) {
  const look = (one) => {
    if (one.key === id || one.id === id) return (!chinese && one.properties?.['label-en']) || one.label || one.dateLabel || '';
    for (const below of one.components ?? []) {
      const name = look(below);
      if (name) return name;
    }
    return '';
  };
  try {
    return look(JSON.parse(text));
  } catch {
    return '';
  }
}
