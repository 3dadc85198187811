// Changes of a diagram that mend what the publish gate found. Each is one entry of the undo list.
import { extension, header, property, setExtension, setHeader, setProperty, together } from './panel/extensions.js';
import { setLimit } from './panel/limits.js';
import { laneShape } from './panel/places.js';
import { emptyFile } from './templates.js';

const modeling = (injector) => injector.get('modeling');
const isFlow = (element) => element.type === 'bpmn:SequenceFlow';

export const giveLimit = (injector, task, step) => setLimit(injector, task, { step });

export function giveDepartment(injector, task, code) {
  if (property(task, 'redress:department')) setProperty(injector, task, 'redress:department', code);
  else setExtension(injector, task, 'zeebe:AssignmentDefinition', { candidateGroups: code });
}

// Where the lane is no department, it becomes one: that mends every task in it.
export function giveLaneDepartment(injector, task, code) {
  const lane = laneShape(task);
  if (lane && !property(task, 'redress:department')) setProperty(injector, lane, 'redress:department', code);
  else giveDepartment(injector, task, code);
}

export function makeDefault(injector, flow) {
  together(injector, flow, () => {
    modeling(injector).updateProperties(flow, { conditionExpression: undefined });
    modeling(injector).updateProperties(flow.source, { default: flow.businessObject });
  });
}

export const dropDefault = (injector, gateway) => modeling(injector).updateProperties(gateway, { default: undefined });
export const dropCondition = (injector, flow) => modeling(injector).updateProperties(flow, { conditionExpression: undefined });
export const remove = (injector, element) => modeling(injector).removeElements([element]);
export const interrupt = (injector, event) => modeling(injector).updateProperties(event, { cancelActivity: true });

export function removeFlows(injector, element, direction) {
  modeling(injector).removeElements(element[direction].filter(isFlow));
}

export function leadToEnd(injector, element) {
  const end = injector.get('elementFactory').createShape({ type: 'bpmn:EndEvent' });
  const below = element.type === 'bpmn:BoundaryEvent';
  const position = below
    ? { x: element.x + element.width / 2, y: element.y + 110 }
    : { x: element.x + element.width + 80, y: element.y + element.height / 2 };
  modeling(injector).appendShape(element, end, position);
}

export function takeForm(injector, task, id) {
  setExtension(injector, task, 'zeebe:FormDefinition', id ? { formId: id } : null);
}

export function makeForm(injector, task, id) {
  together(injector, task, () => {
    addFile(injector, `${id}.form`, emptyFile('form', id, task.businessObject.name));
    takeForm(injector, task, id);
  });
}

export function takeDecision(injector, task, id) {
  const result = extension(task, 'zeebe:CalledDecision')?.resultVariable || id.replaceAll('-', '_');
  setExtension(injector, task, 'zeebe:CalledDecision', { decisionId: id, resultVariable: result });
}

export function makeDecision(injector, task, id) {
  together(injector, task, () => {
    addFile(injector, `${id}.dmn`, emptyFile('dmn', id, task.businessObject.name));
    takeDecision(injector, task, id);
  });
}

export function nameResult(injector, task) {
  const decision = extension(task, 'zeebe:CalledDecision');
  if (decision) takeDecision(injector, task, decision.decisionId ?? '');
}

export function takeFunction(injector, element, name) {
  setExtension(injector, element, 'zeebe:TaskDefinition', { type: name });
  if (name === 'escalate' && !header(element, 'step')) setHeader(injector, element, 'step', element.id);
}

export const takeProcess = (injector, call, id) => setExtension(injector, call, 'zeebe:CalledElement', { processId: id });

export function takeTime(injector, event, step) {
  const timer = event.businessObject.eventDefinitions[0];
  const expression = injector.get('bpmnFactory').create('bpmn:FormalExpression', { body: `=deadline("${step}")` });
  expression.$parent = timer;
  modeling(injector).updateModdleProperties(event, timer, { timeDate: expression, timeDuration: undefined, timeCycle: undefined });
}

export function makeExecutable(injector, root, process) {
  modeling(injector).updateModdleProperties(root, process, { isExecutable: true });
}

// Extensions of other engines, of the element and of what has no id in it.
const FOREIGN = ['http://camunda.org/schema/1.0/bpmn', 'http://flowable.org/bpmn', 'http://activiti.org/bpmn', 'http://spiffworkflow.org/bpmn/schema/1.0/core'];

export function dropForeign(injector, element, object = element.businessObject) {
  const written = injector.get('bpmnjs').getDefinitions().$attrs;
  const isForeign = (name) => FOREIGN.includes(written[`xmlns:${name.split(':')[0]}`]);
  together(injector, element, () => {
    for (const one of [object, object.loopCharacteristics, object.conditionExpression, ...(object.eventDefinitions ?? [])].filter(Boolean)) {
      const names = Object.keys(one.$attrs ?? {}).filter(isForeign);
      if (names.length) modeling(injector).updateModdleProperties(element, one, Object.fromEntries(names.map((name) => [name, undefined])));
      const holder = one.extensionElements;
      const kept = holder?.values?.filter((each) => !FOREIGN.includes(each.$descriptor?.ns?.uri) && !isForeign(each.$type)) ?? [];
      if (!holder || kept.length === holder.values?.length) continue;
      if (kept.length) modeling(injector).updateModdleProperties(element, holder, { values: kept });
      else modeling(injector).updateModdleProperties(element, one, { extensionElements: undefined });
    }
  });
}

export const retype = (injector, element, type) => injector.get('bpmnReplace').replaceElement(element, { type });

// The flow without which `element` cannot be reached around the release of the plan, while all else still can.
export function wayAround(registry, element) {
  const starts = registry.filter((one) => one.type === 'bpmn:StartEvent' && one.businessObject.$parent === element.businessObject.$parent);
  const reached = (without, gate) => {
    const seen = new Set(starts);
    for (const one of seen) {
      if (gate && extension(one, 'zeebe:TaskDefinition')?.type === 'release_plan') continue;
      for (const event of one.attachers ?? []) seen.add(event);
      for (const flow of one.outgoing ?? []) if (isFlow(flow) && flow !== without) seen.add(flow.target);
    }
    return seen;
  };
  const all = reached(null, false).size;
  return registry.filter(isFlow).find((flow) => !reached(flow, true).has(element) && reached(flow, false).size === all) ?? null;
}

// A file of the bundle as a command: undone, it is away again.
class FileCommand {
  execute({ bundle, path, text }) {
    bundle.putFile(path, text);
    return [];
  }

  revert({ bundle, path }) {
    bundle.putFile(path, null);
    return [];
  }
}

function addFile(injector, path, text) {
  const stack = injector.get('commandStack');
  const bundle = injector.get('bundle');
  if (bundle.hasFile(path)) return;
  if (!stack._handlerMap['redress.file']) stack.registerHandler('redress.file', FileCommand);
  stack.execute('redress.file', { bundle, path, text });
}
