// Two versions of a diagram as one picture: the newer one with its changes in colour; the list below leads to them.
import './index.css';
import 'bpmn-js/dist/assets/diagram-js.css';
import 'bpmn-js/dist/assets/bpmn-font/css/bpmn-embedded.css';

import NavigatedViewer from 'bpmn-js/lib/NavigatedViewer';

import { call, complain } from '../base/api.js';

const root = document.querySelector('[data-compare]');

async function mainDiagram(key, which) {
  const address = which === 'draft' ? `/api/v1/drafts/${key}/diagram` : `/api/v1/definitions/${key}/versions/${which}/diagram`;
  return (await call('GET', address)).data.xml;
}

async function draw() {
  const { key, new: newer } = root.dataset;
  const viewer = new NavigatedViewer({ container: root.querySelector('.diagram'), textRenderer: { defaultStyle: { fontFamily: 'inherit' } } });
  await viewer.importXML(await mainDiagram(key, newer));
  const canvas = viewer.get('canvas');
  const registry = viewer.get('elementRegistry');
  const lines = [...document.querySelectorAll('.changes li')];
  for (const line of lines) {
    const id = line.dataset.element;
    if (!registry.get(id)) continue;
    canvas.addMarker(id, `diff-${line.className.split(' ')[0]}`);
    line.tabIndex = 0;
    line.role = 'button';
    const show = () => {
      canvas.scrollToElement(id, 120);
      viewer.get('selection').select(registry.get(id));
      root.scrollIntoView({ block: 'nearest', behavior: 'smooth' });
    };
    line.addEventListener('click', show);
    line.addEventListener('keydown', (event) => event.key === 'Enter' && show());
  }
  canvas.zoom('fit-viewport', 'auto');
  root.dataset.ready = 'yes';
}

if (root) draw().catch(complain);
