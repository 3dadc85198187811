// What can be offered for a finding of the publish gate: a change with one press, or a choice of a few.
import { say } from '../base/texts.js';
import { property } from './panel/extensions.js';
import * as repairs from './repairs.js';

const named = (list) => list.map(({ code, name }) => ({ value: code, label: name }));
const FILE_NAME = /^[A-Za-z0-9_-]{1,60}$/;

// The likeliest first: the one whose code the element's policy or id speaks of.
function likely(options, element) {
  const words = `${property(element, 'redress:policy') ?? ''} ${element.id} ${element.businessObject.name ?? ''}`.toLowerCase();
  const fits = ({ value, label }) => words.includes(value.toLowerCase().replaceAll('_', '')) || words.includes(value.toLowerCase()) || words.includes(label.toLowerCase());
  return [...options.filter(fits), ...options.filter((one) => !fits(one))];
}

// Each: (element, {injector, bundle}) -> offers {label, run(value), options?}
const limits = (run) => (element, { injector, bundle }) => [
  { label: say('Add a time limit …'), options: likely(named(bundle.deadlines), element), run: (step) => run(injector, element, step) },
];
const departments = (run) => (element, { injector, bundle }) => [
  { label: say('Give it a department …'), options: likely(named(bundle.departments), element), run: (code) => run(injector, element, code) },
];
const press = (label, run) => (element, { injector }) => [{ label: say(label), run: () => run(injector, element) }];

function forms(element, { injector, bundle }) {
  const wanted = element.businessObject.extensionElements?.values.find((one) => one.$type === 'zeebe:FormDefinition')?.formId;
  const name = FILE_NAME.test(wanted ?? '') ? wanted : element.id;
  return [
    { label: say('Make the form {0}', name), run: () => repairs.makeForm(injector, element, name) },
    ...chooseFrom(say('Take a form …'), bundle.forms(), (id) => repairs.takeForm(injector, element, id)),
    ...(wanted === undefined ? [] : [{ label: say('Take the reference away'), run: () => repairs.takeForm(injector, element, null) }]),
  ];
}

function decisions(element, { injector, bundle }) {
  const wanted = element.businessObject.extensionElements?.values.find((one) => one.$type === 'zeebe:CalledDecision')?.decisionId;
  const name = FILE_NAME.test(wanted ?? '') ? wanted : element.id;
  return [
    { label: say('Make the decision {0}', name), run: () => repairs.makeDecision(injector, element, name) },
    ...chooseFrom(say('Take a decision …'), bundle.decisions().map(({ id, name: title }) => ({ value: id, label: title || id })), (id) => repairs.takeDecision(injector, element, id)),
  ];
}

function work(element, context) {
  if (element.type === 'bpmn:BusinessRuleTask') return decisions(element, context);
  const { injector, bundle } = context;
  const options = bundle.functions.map(({ name, title }) => ({ value: name, label: title }));
  return chooseFrom(say('Take a function …'), options, (name) => repairs.takeFunction(injector, element, name));
}

const chooseFrom = (label, options, run) => (options.length ? [{ label, options, run }] : []);

const called = (element, { injector, bundle }) =>
  chooseFrom(say('Call a process …'), bundle.processes().map(({ code, name }) => ({ value: code, label: name || code })), (id) => repairs.takeProcess(injector, element, id));

function bypassed(element, { injector }) {
  const flow = repairs.wayAround(injector.get('elementRegistry'), element);
  return flow ? [{ label: say('Take away the flow that leads around'), run: () => repairs.remove(injector, flow) }] : [];
}

function missingCondition(flow, context) {
  return flow.source.businessObject.default ? [] : press('Make it the default flow', repairs.makeDefault)(flow, context);
}

const BY_CODE = {
  no_deadline: limits(repairs.giveLimit),
  no_time: limits(repairs.takeTime),
  no_department: departments(repairs.giveDepartment),
  unknown_department: departments(repairs.giveLaneDepartment),
  unknown_form: forms,
  no_form: forms,
  unknown_decision: decisions,
  unknown_function: work,
  no_work: work,
  no_called_process: called,
  unknown_process: called,
  no_result_variable: press('Name the result after the decision', repairs.nameResult),
  missing_condition: missingCondition,
  wrong_default: press('Take the default away', repairs.dropDefault),
  default_with_condition: press('Take the condition away', repairs.dropCondition),
  useless_condition: press('Take the condition away', repairs.dropCondition),
  dead_end: press('Lead it to an end event', repairs.leadToEnd),
  unreachable: press('Remove it', repairs.remove),
  boundary_without_host: press('Remove it', repairs.remove),
  flow_into_start: press('Remove the flows into it', (injector, one) => repairs.removeFlows(injector, one, 'incoming')),
  flow_into_boundary: press('Remove the flows into it', (injector, one) => repairs.removeFlows(injector, one, 'incoming')),
  flow_out_of_end: press('Remove the flows out of it', (injector, one) => repairs.removeFlows(injector, one, 'outgoing')),
  must_interrupt: press('Let it interrupt', repairs.interrupt),
  untyped_task: press('Make it a user task', (injector, one) => repairs.retype(injector, one, 'bpmn:UserTask')),
  gate_bypassed: bypassed,
  foreign_extension: press('Remove it', repairs.dropForeign),
};

// Offers for one finding about the diagram of this modeler; none where nothing fits or its element is not there.
export function fixesOf(finding, modeler) {
  const injector = modeler.get('injector');
  const element = modeler.get('elementRegistry').get(finding.element);
  const context = { injector, bundle: modeler.get('bundle') };
  if (finding.code === 'not_executable') return executable(finding, context);
  if (finding.code === 'foreign_extension' && !element) return ofProcess(finding, context, 'Remove it', repairs.dropForeign);
  return (element && BY_CODE[finding.code]?.(element, context)) ?? [];
}

const executable = (finding, context) => ofProcess(finding, context, 'Mark it as executable', repairs.makeExecutable);

// A process beside others is not drawn itself: `run` gets it beside what is.
function ofProcess({ element: id }, { injector }, label, run) {
  const root = injector.get('canvas').getRootElement();
  const process = injector.get('bpmnjs').getDefinitions().rootElements.find((one) => one.id === id);
  return process ? [{ label: say(label), run: () => run(injector, root, process) }] : [];
}
