// In English a diagram shows the translations it carries beside its names (redress:name-en, redress:text-en), in viewers
// and in the studio. bpmn-js reads and writes labels in one module; plugins/labels.js has it ask here first.
import { language } from '../base/texts.js';

const english = language === 'en';
let renaming = false;
const shown = new WeakMap(); // what is named -> a label it had -> what there was then, and after it changed: to undo that
const PARTS = ['holder', 'values', 'all', 'properties'];

const isText = (object) => object.$instanceOf?.('bpmn:TextAnnotation');
const attribute = (object) => (isText(object) ? 'text' : 'name');
export const propertyName = (object) => `redress:${attribute(object)}-en`;

// A viewer keeps extensions as they were read, the studio knows their types.
function property(object, name) {
  for (const extension of object?.extensionElements?.values ?? []) {
    for (const one of extension.properties ?? extension.$children ?? []) if (one.name === name) return one.value ?? '';
  }
  return '';
}

const translated = (object) => (english && object ? property(object, propertyName(object)) : '');

export const label = (element) => translated(element.businessObject);

// What a thing of a diagram is called in the page's language.
export const nameOf = (object) => translated(object) || object?.[attribute(object)] || '';

// Writes what was typed as a label: a translation where there is one, or where the name is Chinese; else the name.
// A lane whose name says its department keeps no other name. Gives false where it is not for us.
export function relabel(element, text) {
  const object = element.businessObject;
  if (!english || !object || object.$instanceOf?.('bpmn:Group')) return false;
  if (renaming) return true;
  const before = state(object);
  const turns = shown.get(object) ?? new Map();
  shown.set(object, turns);
  const turn = turns.get(text);
  if (turn && PARTS.every((part) => turn.after[part] === before[part])) restore(object, turn.before);
  else if (turn) write(object, turn.before.own, turn.before.translation);
  else if (text !== before.own) write(object, ...named(object, before, text));
  turns.set(before.translation || before.own, { before, after: state(object) });
  return true;
}

function state(object) {
  const holder = object.extensionElements;
  const values = holder?.values;
  const all = values?.find((one) => one.$instanceOf('zeebe:Properties'));
  const properties = all?.properties;
  const found = properties?.find((one) => one.name === propertyName(object));
  return { own: object[attribute(object)] ?? '', translation: found?.value ?? '', holder, values, all, properties, found };
}

// The very things which were there: other entries of the undo list know them.
function restore(object, { own, translation, holder, values, all, properties, found }) {
  object[attribute(object)] = own || undefined;
  object.extensionElements = holder;
  if (holder) holder.values = values;
  if (all) all.properties = properties;
  if (found) found.value = translation;
}

function named(object, { own, translation }, text) {
  if (!text) return ['', ''];
  if (object.$instanceOf?.('bpmn:Lane') && !property(object, 'redress:department')) return [text, ''];
  return translation || /\p{Script=Han}/u.test(own) ? [own, text] : [text, ''];
}

function write(object, own, translation) {
  object[attribute(object)] = own || undefined;
  const { holder, all, found } = state(object);
  if (found && translation) found.value = translation;
  else if (found) drop(object, holder, all, found);
  else if (translation) add(object, translation);
}

function add(object, value) {
  const model = object.$model;
  const holder = object.extensionElements ?? child(model, object, 'bpmn:ExtensionElements', { values: [] });
  object.extensionElements = holder;
  let { all } = state(object);
  if (!all) holder.values = [...holder.values, (all = child(model, holder, 'zeebe:Properties', { properties: [] }))];
  all.properties = [...(all.properties ?? []), child(model, all, 'zeebe:Property', { name: propertyName(object), value })];
}

function drop(object, holder, all, found) {
  all.properties = all.properties.filter((one) => one !== found);
  if (!all.properties.length) holder.values = holder.values.filter((one) => one !== all);
  if (!holder.values.length) object.extensionElements = undefined;
}

function child(model, parent, type, values) {
  const made = model.create(type, values);
  made.$parent = parent;
  return made;
}

// Gives an element another name of its own, whatever language its label shows.
export function rename(modeling, element, text) {
  if (!english) {
    modeling.updateLabel(element, text);
    return;
  }
  renaming = true; // the label follows the name, it is not typed
  try {
    modeling.updateProperties(element, { [attribute(element.businessObject)]: text || undefined });
  } finally {
    renaming = false;
  }
}

// Labels drawn for a few Chinese signs get room for English words. To be called once a diagram is drawn.
export function makeRoom(viewer) {
  if (!english) return;
  for (const element of viewer.get('elementRegistry').getAll()) {
    const text = element.label && label(element);
    if (!text) continue;
    widen(element.label, text);
    viewer.get('graphicsFactory').update('shape', element.label, viewer.get('elementRegistry').getGraphics(element.label));
  }
}

// The room of its longest word, centred as before.
function widen(drawn, text) {
  const longest = Math.max(...text.split(/\s+/).map((word) => word.length));
  const width = Math.max(drawn.width, 6.5 * longest + 8, Math.min(90, 3.2 * text.length));
  drawn.x -= (width - drawn.width) / 2;
  drawn.width = width;
}
