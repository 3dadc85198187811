// What a new file starts as.
export function emptyFile(kind, name, title = name) {
  const id = name.replace(/[^A-Za-z0-9_-]/g, '_').replace(/^(?=[\d-])/, '_');
  const shown = (title || name).replace(/[<>&"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
  if (kind === 'form') {
    return `${JSON.stringify({ id: name, type: 'default', schemaVersion: 18, components: [] }, null, 2)}\n`;
  }
  if (kind === 'dmn') {
    return `<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" xmlns:dmndi="https://www.omg.org/spec/DMN/20191111/DMNDI/" xmlns:dc="http://www.omg.org/spec/DMN/20180521/DC/" id="Definitions_${id}" name="${shown}" namespace="http://redress/${id}">
  <decision id="${id}" name="${shown}">
    <decisionTable id="Table_${id}" hitPolicy="UNIQUE">
      <input id="Input_${id}" label=""><inputExpression id="InputExpression_${id}" typeRef="string"><text></text></inputExpression></input>
      <output id="Output_${id}" name="result" typeRef="string" />
    </decisionTable>
  </decision>
  <dmndi:DMNDI><dmndi:DMNDiagram><dmndi:DMNShape dmnElementRef="${id}"><dc:Bounds height="80" width="180" x="160" y="100" /></dmndi:DMNShape></dmndi:DMNDiagram></dmndi:DMNDI>
</definitions>
`;
  }
  return `<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="Definitions_${id}" targetNamespace="http://redress">
  <bpmn:process id="${id}" name="${shown}" isExecutable="true">
    <bpmn:startEvent id="Start" />
  </bpmn:process>
  <bpmndi:BPMNDiagram id="Diagram_${id}"><bpmndi:BPMNPlane id="Plane_${id}" bpmnElement="${id}"><bpmndi:BPMNShape id="Start_di" bpmnElement="Start"><dc:Bounds x="180" y="160" width="36" height="36" /></bpmndi:BPMNShape></bpmndi:BPMNPlane></bpmndi:BPMNDiagram>
</bpmn:definitions>
`;
}
