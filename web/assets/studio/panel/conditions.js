// The condition of a flow as three fields, where it is as simple as `=amount > 5000`; anything else stays as it is written.
const SIMPLE = /^=\s*([\p{L}_][\p{L}\p{N}_.]*)\s*(<=|>=|!=|=|<|>)\s*("(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?|true|false)\s*$/u;

export const OPERATORS = ['=', '!=', '<', '<=', '>', '>='];

const expressionOf = (flow) => flow.businessObject.conditionExpression?.body ?? '';

// {name, operator, value}; null where the condition is not of this form. No condition is an empty one.
export function simpleCondition(flow) {
  const text = expressionOf(flow);
  if (!text) return { name: '', operator: '=', value: '' };
  const found = SIMPLE.exec(text);
  return found && { name: found[1], operator: found[2], value: found[3].startsWith('"') ? JSON.parse(found[3]) : found[3] };
}

export function setCondition(injector, flow, change) {
  const { name, operator, value } = { ...simpleCondition(flow), ...change };
  const factory = injector.get('bpmnFactory');
  const literal = /^(-?\d+(\.\d+)?|true|false)$/.test(value) ? value : JSON.stringify(value);
  const expression = name ? factory.create('bpmn:FormalExpression', { body: `=${name} ${operator} ${literal}` }) : undefined;
  injector.get('modeling').updateProperties(flow, { conditionExpression: expression });
}

// Flows out of a gateway which chooses.
export function isChosen(flow) {
  return ['bpmn:ExclusiveGateway', 'bpmn:InclusiveGateway'].includes(flow.source?.type) && flow.source.businessObject.default !== flow.businessObject;
}
