// Reading and changing `zeebe:` extensions of an element, always through the command stack so that undo works.
import { getBusinessObject } from 'bpmn-js/lib/util/ModelUtil';

export function extension(element, type) {
  return getBusinessObject(element)
    .get('extensionElements')
    ?.get('values')
    .find((one) => one.$instanceOf?.(type));
}

// Sets attributes of the extension `type`, making it where it is missing; `values` null removes it.
export function setExtension(injector, element, type, values) {
  const object = getBusinessObject(element);
  const factory = injector.get('bpmnFactory');
  const found = extension(element, type);
  if (found && values) {
    injector.get('modeling').updateModdleProperties(element, found, values);
    return;
  }
  if (!found && !values) return;
  const holder = object.get('extensionElements');
  const others = (holder?.get('values') ?? []).filter((one) => one !== found);
  const made = values && factory.create(type, values);
  if (holder) {
    if (made) made.$parent = holder;
    injector.get('modeling').updateModdleProperties(element, holder, { values: made ? [...others, made] : others });
    return;
  }
  const fresh = factory.create('bpmn:ExtensionElements', { values: [made] });
  fresh.$parent = object;
  made.$parent = fresh;
  injector.get('modeling').updateModdleProperties(element, object, { extensionElements: fresh });
}

// Makes several changes one entry of the undo list; the panel shows `element` anew whenever it is done or undone.
class Together {
  preExecute(context) {
    context.result = context.run();
  }

  execute = (context) => [context.element];

  revert = (context) => [context.element];
}

export function together(injector, element, run) {
  const stack = injector.get('commandStack');
  if (!stack._handlerMap['redress.together']) stack.registerHandler('redress.together', Together);
  const context = { element, run };
  stack.execute('redress.together', context);
  return context.result;
}

export function property(element, name) {
  return extension(element, 'zeebe:Properties')?.get('properties')?.find((one) => one.name === name)?.value;
}

export function setProperty(injector, element, name, value) {
  change(injector, element, 'zeebe:Properties', 'properties', 'zeebe:Property', 'name', name, value);
}

export function header(element, key) {
  return extension(element, 'zeebe:TaskHeaders')?.get('values')?.find((one) => one.key === key)?.value;
}

export function setHeader(injector, element, key, value) {
  change(injector, element, 'zeebe:TaskHeaders', 'values', 'zeebe:Header', 'key', key, value);
}

// One row of a list inside an extension; an empty value removes it.
function change(injector, element, ...rest) {
  together(injector, element, () => write(injector, element, ...rest));
}

function write(injector, element, type, list, rowType, keyName, key, value) {
  const found = extension(element, type);
  const rows = found?.get(list) ?? [];
  const others = rows.filter((one) => one[keyName] !== key);
  const made = value ? [injector.get('bpmnFactory').create(rowType, { [keyName]: key, value })] : [];
  const next = [...others, ...made];
  if (!next.length && !found) return;
  setExtension(injector, element, type, next.length ? { [list]: next } : null);
  const holder = extension(element, type);
  for (const one of next) one.$parent = holder;
}
