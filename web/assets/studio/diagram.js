// The diagram editor: bpmn-js with our dialect's panel, arranged for people who know the work, not the engine.
import 'bpmn-js/dist/assets/diagram-js.css';
import 'bpmn-js/dist/assets/bpmn-js.css';
import 'bpmn-js/dist/assets/bpmn-font/css/bpmn-embedded.css';
import '@bpmn-io/properties-panel/assets/properties-panel.css';
import 'diagram-js-minimap/assets/diagram-js-minimap.css';
import 'bpmn-js-color-picker/colors/color-picker.css';
import 'bpmn-js-token-simulation/assets/css/bpmn-js-token-simulation.css';

import BpmnModeler from 'bpmn-js/lib/Modeler';
import { BpmnPropertiesPanelModule, BpmnPropertiesProviderModule, ZeebePropertiesProviderModule } from 'bpmn-js-properties-panel';
import ColorPickerModule from 'bpmn-js-color-picker';
import { CreateAppendAnythingModule } from 'bpmn-js-create-append-anything';
import TokenSimulationModule from 'bpmn-js-token-simulation';
import ZeebeBehaviorsModule from 'camunda-bpmn-js-behaviors/lib/camunda-cloud';
import minimapModule from 'diagram-js-minimap';
import zeebe from 'zeebe-bpmn-moddle/resources/zeebe.json';

import { makeRoom } from '../viewer/english.js';
import { look } from '../viewer/look.js';
import { fixesOf } from './fixes.js';
import { MannersModule } from './manners.js';
import { BusinessPanelModule } from './panel/index.js';
import { TranslateModule } from './translate.js';

export async function openDiagram(canvas, panel, xml, { onChange, onMark, bundle, readonly }) {
  const modeler = new BpmnModeler({
    container: canvas,
    propertiesPanel: { parent: panel },
    additionalModules: [
      BpmnPropertiesPanelModule,
      BpmnPropertiesProviderModule,
      ZeebePropertiesProviderModule,
      ZeebeBehaviorsModule,
      CreateAppendAnythingModule,
      ColorPickerModule,
      TokenSimulationModule,
      minimapModule,
      BusinessPanelModule,
      MannersModule,
      TranslateModule,
      { bundle: ['value', bundle] },
    ],
    moddleExtensions: { zeebe },
    ...look(),
  });
  await draw(modeler, xml);
  const thaw = readonly ? freeze(modeler, canvas, panel) : () => {};
  show(modeler.get('canvas'), canvas);
  modeler.get('eventBus').on('commandStack.changed', async () => {
    const { xml: changed } = await modeler.saveXML({ format: true });
    onChange(changed);
  });
  return {
    modeler,
    destroy() {
      thaw();
      modeler.destroy();
    },
    replace: (text) => draw(modeler, text),
    focus: (id) => select(modeler, id),
    find: () => modeler.get('searchPad').toggle(),
    step: (direction) => modeler.get('editorActions').trigger(direction),
    mark: (findings) => mark(modeler, findings, onMark),
    fixes: (finding) => (readonly ? [] : fixesOf(finding, modeler)),
  };
}

async function draw(modeler, xml) {
  await modeler.importXML(xml);
  makeRoom(modeler);
}

// In review: everything can be looked at, nothing changes, and nothing looks as if it could. Every change of bpmn-js is
// a command, so none is carried out.
function freeze(modeler, canvas, panel) {
  const stack = modeler.get('commandStack');
  stack.execute = () => undefined;
  stack.canExecute = () => false;
  modeler.get('eventBus').on(['drag.init', 'element.dblclick', 'directEditing.activate'], 10_000, () => false);
  canvas.classList.add('readonly');
  panel.classList.add('readonly');
  const still = () => {
    for (const one of panel.querySelectorAll(':is(input, textarea, select):enabled')) one.disabled = true;
    for (const one of panel.querySelectorAll('[contenteditable="true"]')) one.contentEditable = 'false';
  };
  const drawn = new MutationObserver(still); // fields come with what is selected
  drawn.observe(panel, { childList: true, subtree: true, attributeFilter: ['disabled', 'contenteditable'] });
  still();
  return () => {
    drawn.disconnect();
    canvas.classList.remove('readonly');
    panel.classList.remove('readonly');
  };
}

// The whole diagram beside the palette and below the bars, but readable: a wide one shows its beginning.
function show(canvas, box) {
  const { inner } = canvas.viewbox();
  const size = canvas.getSize();
  const palette = box.querySelector('.djs-palette');
  const left = (palette?.offsetWidth ? palette.offsetLeft + palette.offsetWidth : 0) + 24;
  const top = 76; // where the switches of simulation and minimap end
  const scale = Math.min(1, Math.max(0.6, Math.min((size.width - left - 24) / inner.width, (size.height - top - 24) / inner.height)));
  canvas.viewbox({ x: inner.x - left / scale, y: inner.y - top / scale, width: size.width / scale, height: size.height / scale });
}

function select(modeler, id) {
  const element = modeler.get('elementRegistry').get(id);
  if (!element) return false;
  modeler.get('selection').select(element);
  modeler.get('canvas').scrollToElement(element, 120);
  return true;
}

// Findings of the publish gate as badges on their elements.
function mark(modeler, findings, onMark) {
  const overlays = modeler.get('overlays');
  const canvas = modeler.get('canvas');
  const registry = modeler.get('elementRegistry');
  overlays.remove({ type: 'finding' });
  for (const element of registry.getAll()) {
    canvas.removeMarker(element, 'has-error');
    canvas.removeMarker(element, 'has-warning');
  }
  const byElement = new Map();
  for (const finding of findings) {
    if (registry.get(finding.element)) byElement.set(finding.element, [...(byElement.get(finding.element) ?? []), finding]);
  }
  for (const [id, list] of byElement) {
    const worst = list.some((one) => one.severity === 'error') ? 'error' : 'warning';
    canvas.addMarker(id, `has-${worst}`);
    const badge = document.createElement('button');
    badge.type = 'button';
    badge.className = `finding ${worst}`;
    badge.textContent = worst === 'error' ? '!' : '?';
    badge.title = list.map((one) => one.message).join('\n');
    badge.setAttribute('aria-label', badge.title);
    badge.addEventListener('click', () => onMark(list[0]));
    overlays.add(id, 'finding', { position: { top: -10, right: 14 }, html: badge });
  }
}
