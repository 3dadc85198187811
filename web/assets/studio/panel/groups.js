// Our groups of the panel and their entries.
import { isSelectEntryEdited, isTextFieldEntryEdited, SelectEntry, TextAreaEntry, TextFieldEntry } from '@bpmn-io/properties-panel';
import { h } from '@bpmn-io/properties-panel/preact';
import { useService } from 'bpmn-js-properties-panel';

import { say } from '../../base/texts.js';
import { nameOf, propertyName, rename } from '../../viewer/english.js';
import { OPERATORS, setCondition, simpleCondition } from './conditions.js';
import { extension, header, property, setExtension, setHeader, setProperty } from './extensions.js';
import { limitOf, removeLimit, setLimit } from './limits.js';
import { laneShape } from './places.js';

const section = (id, label, entries, more = {}) => ({ id, label: say(label), entries, shouldOpen: true, ...more });

// One entry bound to a getter and a setter of the element.
function entry(id, element, component, isEdited, label, get, set, more = {}) {
  function Entry() {
    const modeling = useService('modeling');
    const injector = useService('injector');
    const debounce = useService('debounceInput');
    const options = more.options ? () => more.options(injector.get('bundle'), element) : undefined;
    return h(component, {
      id,
      element,
      debounce,
      label: say(label),
      description: more.hint ? say(more.hint) : undefined,
      getValue: () => get(element, injector) ?? '',
      setValue: (value) => set(element, value, injector, modeling),
      getOptions: options,
      validate: more.validate,
      disabled: more.disabled,
    });
  }
  return { id, component: Entry, isEdited };
}

const text = (id, element, label, get, set, more) => entry(id, element, TextFieldEntry, isTextFieldEntryEdited, label, get, set, more);
const area = (id, element, label, get, set, more) => entry(id, element, TextAreaEntry, isTextFieldEntryEdited, label, get, set, more);
const choice = (id, element, label, get, set, more) => entry(id, element, SelectEntry, isSelectEntryEdited, label, get, set, more);

function button(id, element, label, run) {
  function Entry() {
    const bundle = useService('bundle');
    return h('div', { class: 'bio-properties-panel-entry' }, h('button', { type: 'button', class: 'button', onClick: () => run(element, bundle) }, say(label)));
  }
  return { id, component: Entry, isEdited: () => false };
}

const none = () => ({ value: '', label: say('– none –') });
const withNone = (list) => [none(), ...list];

export function namesGroup(element) {
  const name = (one) => one.businessObject.get('name') ?? one.businessObject.get('text');
  const english = (one) => propertyName(one.businessObject);
  return section('names', 'Names', [
    area('name-zh', element, 'Name (Chinese)', name, (one, value, _, modeling) => rename(modeling, one, value ?? '')),
    area('name-en', element, 'Name (English)', (one) => property(one, english(one)), (one, value, injector) => setProperty(injector, one, english(one), value)),
  ]);
}

const lane = (element) => element.businessObject.lanes?.[0] ?? laneShape(element)?.businessObject;

export function whoGroup(element) {
  return section('who', 'Who', [
    text('lane', element, 'Department (the lane it lies in)', (one) => nameOf(lane(one)) || say('– not in a lane –'), () => {}, { disabled: true, hint: 'Drag the task into another lane to give it to another department.' }),
    choice(
      'department',
      element,
      'Other department',
      (one) => extension(one, 'zeebe:AssignmentDefinition')?.candidateGroups,
      (one, value, injector) => setExtension(injector, one, 'zeebe:AssignmentDefinition', { candidateGroups: value || undefined }),
      {
        options: (bundle, one) => {
          const now = extension(one, 'zeebe:AssignmentDefinition')?.candidateGroups;
          const known = bundle.departments.map(({ code, name }) => ({ value: code, label: name }));
          return withNone(now && !known.some((each) => each.value === now) ? [...known, { value: now, label: now }] : known);
        },
      },
    ),
    text(
      'assignee',
      element,
      'One person (FEEL or login)',
      (one) => extension(one, 'zeebe:AssignmentDefinition')?.assignee,
      (one, value, injector) => setExtension(injector, one, 'zeebe:AssignmentDefinition', { assignee: value || undefined }),
    ),
  ]);
}

export function laneGroup(element) {
  return section('lane-who', 'Who', [
    choice('lane-department', element, 'Department of the lane', (one) => property(one, 'redress:department'), (one, value, injector) => setProperty(injector, one, 'redress:department', value), {
      options: (bundle) => withNone(bundle.departments.map(({ code, name }) => ({ value: code, label: name }))),
      hint: 'Without it, the department whose name the lane bears.',
    }),
  ]);
}

export function timeGroup(element) {
  return section('time', 'By when and escalation', [
    choice(
      'limit',
      element,
      'Time limit from the deadline table',
      (one) => limitOf(one)?.step,
      (one, value, injector) => (value ? setLimit(injector, one, { step: value }) : removeLimit(injector, one)),
      {
        options: (bundle, one) => {
          const now = limitOf(one)?.step;
          const known = bundle.deadlines.map(({ code, name }) => ({ value: code, label: name }));
          return withNone(now && !known.some((each) => each.value === now) ? [...known, { value: now, label: now }] : known);
        },
        hint: 'An overdue event is drawn on the task; when it fires, the next level is told.',
      },
    ),
    text('limit-feel', element, 'Or an own expression', (one) => limitOf(one)?.value, (one, value, injector) => (value ? setLimit(injector, one, { value }) : removeLimit(injector, one)), { hint: 'For example =working days(3) or PT24H' }),
    text('limit-escalate', element, 'Step name in the escalation', (one) => limitOf(one)?.escalation && header(limitOf(one).escalation, 'step'), (one, value, injector) => limitOf(one)?.escalation && setHeader(injector, limitOf(one).escalation, 'step', value)),
  ]);
}

export function formGroup(element) {
  return section(
    'form-choice',
    'Form',
    [
      choice(
        'form-id',
        element,
        'Form',
        (one) => extension(one, 'zeebe:FormDefinition')?.formId,
        (one, value, injector) => setExtension(injector, one, 'zeebe:FormDefinition', value ? { formId: value } : null),
        { options: (bundle) => withNone(bundle.forms()) },
      ),
      button('open-form', element, 'Open the form', (one, bundle) => bundle.openForm(extension(one, 'zeebe:FormDefinition')?.formId)),
    ],
    { replaces: 'form' },
  );
}

export function decisionGroup(element) {
  const facts = (one) => extension(one, 'zeebe:CalledDecision');
  return section(
    'decision-choice',
    'Decision',
    [
      choice('decision-id', element, 'Decision table', (one) => facts(one)?.decisionId, (one, value, injector) => setExtension(injector, one, 'zeebe:CalledDecision', { decisionId: value || undefined }), {
        options: (bundle) => withNone(bundle.decisions().map(({ id, name }) => ({ value: id, label: `${name} (${id})` }))),
      }),
      button('open-decision', element, 'Open the decision', (one, bundle) => bundle.openDecision(facts(one)?.decisionId)),
      text('decision-result', element, 'Result goes to variable', (one) => facts(one)?.resultVariable, (one, value, injector) => setExtension(injector, one, 'zeebe:CalledDecision', { resultVariable: value || undefined })),
    ],
    { replaces: 'calledDecision' },
  );
}

export function automaticGroup(element) {
  return section(
    'automatic',
    'What is done automatically',
    [
      choice('function', element, 'Function', (one) => extension(one, 'zeebe:TaskDefinition')?.type, (one, value, injector) => setExtension(injector, one, 'zeebe:TaskDefinition', value ? { type: value } : null), {
        options: (bundle) => withNone(bundle.functions.map(({ name, title }) => ({ value: name, label: title }))),
      }),
    ],
    { replaces: 'taskDefinition' },
  );
}

export function calledGroup(element) {
  const facts = (one) => extension(one, 'zeebe:CalledElement');
  return section(
    'called',
    'Called process',
    [
      choice('called-process', element, 'Process', (one) => facts(one)?.processId, (one, value, injector) => setExtension(injector, one, 'zeebe:CalledElement', { processId: value || undefined }), {
        options: (bundle, one) => {
          const now = facts(one)?.processId;
          const known = bundle.processes().map(({ code, name }) => ({ value: code, label: `${name} (${code})` }));
          return withNone(now && !known.some((each) => each.value === now) ? [...known, { value: now, label: now }] : known);
        },
        hint: 'The newest published version is called; a running call stays on its version.',
      }),
    ],
    { replaces: 'calledElement' },
  );
}

export function conditionGroup(element) {
  const part = (name) => (one) => simpleCondition(one)?.[name];
  const set = (name) => (one, value, injector) => setCondition(injector, one, { [name]: value ?? '' });
  return section('condition-choice', 'Goes this way when', [
    text('condition-name', element, 'Data', part('name'), set('name'), { hint: 'Name of the process data, for example amount_claimed' }),
    choice('condition-operator', element, 'Comparison', part('operator'), set('operator'), { options: () => OPERATORS.map((one) => ({ value: one, label: one })) }),
    text('condition-value', element, 'Value', part('value'), set('value'), { hint: 'A number, true or false, or a text' }),
  ]);
}

export function customConditionGroup() {
  return section('condition-choice', 'Goes this way when', [], { label: say('Own condition: see “Condition” below') });
}

export function wordsGroup(element) {
  const object = (one) => one.businessObject;
  const setDocumentation = (one, value, injector, modeling) =>
    modeling.updateProperties(one, { documentation: value ? [injector.get('bpmnFactory').create('bpmn:Documentation', { text: value })] : [] });
  return {
    ...section(
      'words',
      'Explanation',
      [
        area('words-zh', element, 'Explanation (Chinese)', (one) => object(one).get('documentation')?.[0]?.text, setDocumentation),
        area('words-en', element, 'Explanation (English)', (one) => property(one, 'redress:documentation-en'), (one, value, injector) => setProperty(injector, one, 'redress:documentation-en', value)),
      ],
      { replaces: 'documentation' },
    ),
    shouldOpen: false,
  };
}
