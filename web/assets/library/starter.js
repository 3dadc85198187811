// What a new process starts as: an empty diagram, or the seven steps of complaint handling, each with its department,
// overdue event and form, to be filled with the enterprise's own rules.
const STEPS = [
  ['Accept', '受理', 'Accept', 'customer_service', 'accept'],
  ['Classify', '分类', 'Classify', 'customer_service', 'classify'],
  ['Investigate', '调查', 'Investigate', 'quality', 'investigate'],
  ['LegalReview', '法务审核', 'Legal review', 'legal', 'legal'],
  ['Approve', '审批', 'Approve', 'management', 'approve'],
  ['Communicate', '沟通', 'Communicate', 'customer_service', 'communicate'],
  ['Revisit', '回访', 'Revisit', 'customer_service', 'revisit'],
];
const LANES = [
  ['customer_service', '客服部', 'Customer service'],
  ['quality', '质检部', 'Quality'],
  ['legal', '法务部', 'Legal'],
  ['management', '管理层', 'Management'],
];
const HEAD = `<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" xmlns:di="http://www.omg.org/spec/DD/20100524/DI" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" xmlns:modeler="http://camunda.org/schema/modeler/1.0" id="Definitions_Main" targetNamespace="http://redress" modeler:executionPlatform="Camunda Cloud" modeler:executionPlatformVersion="8.6.0">`;

const english = (name) => `<zeebe:properties><zeebe:property name="redress:name-en" value="${name}"/></zeebe:properties>`;
const manifest = { key: '', name: { zh: '', en: '' }, process: 'Main' };

export function starter(kind) {
  const files = { 'bundle.json': JSON.stringify(manifest, null, 2) };
  if (kind === 'empty') return { ...files, 'main.bpmn': empty() };
  for (const [id, zh, en] of STEPS) files[`${id.toLowerCase()}.form`] = form(id.toLowerCase(), zh, en);
  return { ...files, 'main.bpmn': steps() };
}

function empty() {
  return `${HEAD}
  <bpmn:process id="Main" isExecutable="true">
    <bpmn:startEvent id="Start" name="开始"><bpmn:extensionElements>${english('Start')}</bpmn:extensionElements></bpmn:startEvent>
  </bpmn:process>
  <bpmndi:BPMNDiagram id="Diagram"><bpmndi:BPMNPlane id="Plane" bpmnElement="Main"><bpmndi:BPMNShape id="Start_di" bpmnElement="Start"><dc:Bounds x="180" y="160" width="36" height="36"/></bpmndi:BPMNShape></bpmndi:BPMNPlane></bpmndi:BPMNDiagram>
</bpmn:definitions>
`;
}

function form(id, zh, en) {
  const field = { type: 'textarea', key: 'note', label: `${zh}意见`, properties: { 'label-en': `${en}: findings` }, validate: { required: true, maxLength: 4000 } };
  return `${JSON.stringify({ id, type: 'default', schemaVersion: 18, components: [field] }, null, 2)}\n`;
}

// Left to right in one row of columns; each step lies in the lane of its department, its escalation below it.
function steps() {
  const height = 220;
  const x = (column) => 260 + column * 190;
  const y = (lane) => 80 + LANES.findIndex(([code]) => code === lane) * height + 60;
  const nodes = [];
  const shapes = [];
  const edges = [];
  const members = new Map(LANES.map(([code]) => [code, []]));
  const shape = (id, left, top, width, tall) => shapes.push(`<bpmndi:BPMNShape id="${id}_di" bpmnElement="${id}"><dc:Bounds x="${left}" y="${top}" width="${width}" height="${tall}"/></bpmndi:BPMNShape>`);
  const flow = (id, source, target, points) => {
    nodes.push(`<bpmn:sequenceFlow id="${id}" sourceRef="${source}" targetRef="${target}"/>`);
    edges.push(`<bpmndi:BPMNEdge id="${id}_di" bpmnElement="${id}">${points.map(([px, py]) => `<di:waypoint x="${px}" y="${py}"/>`).join('')}</bpmndi:BPMNEdge>`);
  };
  const put = (lane, ...ids) => members.get(lane).push(...ids);

  nodes.push(`<bpmn:startEvent id="Start" name="收到投诉"><bpmn:extensionElements>${english('Complaint received')}</bpmn:extensionElements><bpmn:outgoing>Flow_0</bpmn:outgoing></bpmn:startEvent>`);
  shape('Start', 190, y('customer_service') + 22, 36, 36);
  put('customer_service', 'Start');
  let before = ['Start', [226, y('customer_service') + 40]];
  STEPS.forEach(([id, zh, en, lane, step], column) => {
    const [task, timer, end] = [`Task_${id}`, `Timer_${id}Overdue`, `End_${id}Escalated`];
    const [left, top] = [x(column), y(lane)];
    nodes.push(
      `<bpmn:userTask id="${task}" name="${zh}"><bpmn:extensionElements><zeebe:userTask/><zeebe:formDefinition formId="${id.toLowerCase()}"/>${english(en)}<zeebe:ioMapping><zeebe:output source="=true" target="${step}_done"/></zeebe:ioMapping></bpmn:extensionElements></bpmn:userTask>`,
      `<bpmn:boundaryEvent id="${timer}" name="${zh}超时" cancelActivity="false" attachedToRef="${task}"><bpmn:extensionElements>${english(`${en} overdue`)}</bpmn:extensionElements><bpmn:timerEventDefinition><bpmn:timeDate>=deadline("${step}")</bpmn:timeDate></bpmn:timerEventDefinition></bpmn:boundaryEvent>`,
      `<bpmn:endEvent id="${end}" name="上报"><bpmn:extensionElements><zeebe:taskDefinition type="escalate"/><zeebe:taskHeaders><zeebe:header key="step" value="${step}"/></zeebe:taskHeaders>${english('Escalated')}</bpmn:extensionElements><bpmn:messageEventDefinition/></bpmn:endEvent>`,
    );
    shape(task, left, top, 120, 80);
    shape(timer, left + 84, top + 62, 36, 36);
    shape(end, left + 84, top + 108, 36, 36);
    put(lane, task, timer, end);
    flow(`Flow_${id}Escalate`, timer, end, [[left + 102, top + 98], [left + 102, top + 108]]);
    const middle = top + 40;
    const [from, [fromX, fromY]] = before;
    const bend = left - 25;
    flow(`Flow_${column}`, from, task, fromY === middle ? [[fromX, fromY], [left, middle]] : [[fromX, fromY], [bend, fromY], [bend, middle], [left, middle]]);
    before = [task, [left + 120, middle]];
  });
  const last = x(STEPS.length);
  nodes.push(
    `<bpmn:serviceTask id="Task_Close" name="结案归档"><bpmn:extensionElements><zeebe:taskDefinition type="close_case"/>${english('Close and archive')}</bpmn:extensionElements></bpmn:serviceTask>`,
    `<bpmn:endEvent id="End" name="结案"><bpmn:extensionElements>${english('Closed')}</bpmn:extensionElements></bpmn:endEvent>`,
  );
  shape('Task_Close', last, y('customer_service'), 120, 80);
  shape('End', last + 170, y('customer_service') + 22, 36, 36);
  put('customer_service', 'Task_Close', 'End');
  flow('Flow_Close', before[0], 'Task_Close', [before[1], [last, before[1][1]]]);
  flow('Flow_End', 'Task_Close', 'End', [[last + 120, y('customer_service') + 40], [last + 170, y('customer_service') + 40]]);

  const width = last + 240 - 130;
  const lanes = LANES.map(([code, zh, en]) => `<bpmn:lane id="Lane_${code}" name="${zh}"><bpmn:extensionElements><zeebe:properties><zeebe:property name="redress:name-en" value="${en}"/><zeebe:property name="redress:department" value="${code}"/></zeebe:properties></bpmn:extensionElements>${members.get(code).map((id) => `<bpmn:flowNodeRef>${id}</bpmn:flowNodeRef>`).join('')}</bpmn:lane>`).join('');
  const frame = [`<bpmndi:BPMNShape id="Pool_di" bpmnElement="Pool" isHorizontal="true"><dc:Bounds x="130" y="80" width="${width}" height="${LANES.length * height}"/></bpmndi:BPMNShape>`];
  LANES.forEach(([code], row) => frame.push(`<bpmndi:BPMNShape id="Lane_${code}_di" bpmnElement="Lane_${code}" isHorizontal="true"><dc:Bounds x="160" y="${80 + row * height}" width="${width - 30}" height="${height}"/></bpmndi:BPMNShape>`));
  return `${HEAD}
  <bpmn:collaboration id="Collaboration"><bpmn:participant id="Pool" name="投诉处理" processRef="Main"/></bpmn:collaboration>
  <bpmn:process id="Main" isExecutable="true">
    <bpmn:laneSet id="Lanes">${lanes}</bpmn:laneSet>
    ${nodes.join('\n    ')}
  </bpmn:process>
  <bpmndi:BPMNDiagram id="Diagram"><bpmndi:BPMNPlane id="Plane" bpmnElement="Collaboration">${[...frame, ...shapes, ...edges].join('')}</bpmndi:BPMNPlane></bpmndi:BPMNDiagram>
</bpmn:definitions>
`;
}
