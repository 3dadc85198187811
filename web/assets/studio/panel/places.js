// Where an element lies on the diagram.

// The lane whose shape holds the element's middle: bpmn-js keeps the reference only in the lane.
export function laneShape(element) {
  const all = element.parent?.children ?? [];
  const x = element.x + element.width / 2;
  const y = element.y + element.height / 2;
  const holds = (one) => one.x <= x && x <= one.x + one.width && one.y <= y && y <= one.y + one.height;
  return all.find((one) => one.type === 'bpmn:Lane' && holds(one));
}
