// The overdue event of a user task: a non-interrupting timer on its border which leads to an escalation. Setting a limit
// draws both; removing it takes both away. Everything is one entry of the undo list.
import { extension, property, setExtension, setHeader, setProperty, together } from './extensions.js';

import { laneShape } from './places.js';

const DEADLINE = /^=\s*deadline\("([^"]+)"\)\s*$/;

const timerOf = (event) => event.businessObject.eventDefinitions?.find((one) => one.$type === 'bpmn:TimerEventDefinition');

function boundary(task) {
  return (task.attachers ?? []).find((one) => one.businessObject.cancelActivity === false && timerOf(one));
}

// {event, escalation, value, step}: `step` where the limit comes from the deadline table.
export function limitOf(task) {
  const event = boundary(task);
  if (!event) return null;
  const timer = timerOf(event);
  const value = (timer.timeDate ?? timer.timeDuration ?? timer.timeCycle)?.body ?? '';
  const escalation = event.outgoing[0]?.target;
  return { event, escalation, value, step: DEADLINE.exec(value)?.[1] };
}

export function setLimit(injector, task, limit) {
  together(injector, task, () => write(injector, task, limit));
}

function write(injector, task, { step, value }) {
  const text = step ? `=deadline("${step}")` : value;
  const found = limitOf(task);
  const event = found?.event ?? draw(injector, task, step);
  const factory = injector.get('bpmnFactory');
  const timer = timerOf(event);
  const expression = factory.create('bpmn:FormalExpression', { body: text });
  expression.$parent = timer;
  const duration = !text.startsWith('=') && text.startsWith('P');
  injector.get('modeling').updateModdleProperties(event, timer, {
    timeDate: duration ? undefined : expression,
    timeDuration: duration ? expression : undefined,
    timeCycle: undefined,
  });
}

export function removeLimit(injector, task) {
  const found = limitOf(task);
  if (!found) return;
  const gone = [found.event];
  if (found.escalation && found.escalation.incoming.length === 1 && found.escalation.type === 'bpmn:EndEvent') gone.push(found.escalation);
  together(injector, task, () => injector.get('modeling').removeElements(gone));
}

function draw(injector, task, step) {
  const modeling = injector.get('modeling');
  const elements = injector.get('elementFactory');
  const event = modeling.createShape(
    elements.createShape({ type: 'bpmn:BoundaryEvent', eventDefinitionType: 'bpmn:TimerEventDefinition', cancelActivity: false }),
    { x: task.x + task.width - 22, y: task.y + task.height },
    task,
    { attach: true },
  );
  const end = modeling.appendShape(
    event,
    elements.createShape({ type: 'bpmn:EndEvent', eventDefinitionType: 'bpmn:MessageEventDefinition' }),
    endPlace(task, event),
  );
  if (!extension(end, 'zeebe:TaskDefinition')) setExtension(injector, end, 'zeebe:TaskDefinition', { type: 'escalate' });
  setHeader(injector, end, 'step', step ?? task.id);
  name(injector, event, '超时', 'overdue', task);
  name(injector, end, '逐级上报', 'Escalated');
  return event;
}

// Below its task, or beside it where the lane ends before that.
function endPlace(task, event) {
  const lane = laneShape(task);
  const below = task.y + task.height + 80;
  return lane && lane.y + lane.height < below + 30 ? { x: task.x + task.width + 50, y: event.y + 18 } : { x: event.x + 18, y: below };
}

function name(injector, element, zh, en, task) {
  const of = (text, gap) => (text ? `${text}${gap}` : '');
  injector.get('modeling').updateLabel(element, `${of(task?.businessObject.name, '')}${zh}`);
  const english = task && property(task, 'redress:name-en');
  setProperty(injector, element, 'redress:name-en', task ? `${of(english, ' ')}${english ? en : 'Overdue'}` : en);
}
