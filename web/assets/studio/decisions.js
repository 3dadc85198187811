// The decision editor: dmn-js, and a panel beside it which asks the server for the result and lights the rows that matched.
import 'dmn-js/dist/assets/diagram-js.css';
import 'dmn-js/dist/assets/dmn-js-shared.css';
import 'dmn-js/dist/assets/dmn-js-drd.css';
import 'dmn-js/dist/assets/dmn-js-decision-table.css';
import 'dmn-js/dist/assets/dmn-js-decision-table-controls.css';
import 'dmn-js/dist/assets/dmn-js-literal-expression.css';
import 'dmn-js/dist/assets/dmn-js-boxed-expression.css';
import 'dmn-js/dist/assets/dmn-font/css/dmn-embedded.css';

import DmnModeler from 'dmn-js/lib/Modeler';
import DmnViewer from 'dmn-js/lib/NavigatedViewer';

import { look } from '../viewer/look.js';
import { TranslateModule } from './translate.js';
import { openTry } from './tryit.js';

export async function openDecisions(canvas, panel, xml, { onChange, trying, readonly }) {
  const common = { additionalModules: [TranslateModule] };
  const modeler = new (readonly ? DmnViewer : DmnModeler)({
    container: canvas,
    drd: { ...common, ...look() },
    decisionTable: common,
    literalExpression: common,
    boxedExpression: common,
  });
  await modeler.importXML(xml);
  const table = modeler.getViews().find((view) => view.type === 'decisionTable');
  if (table) await modeler.open(table);

  const listening = new WeakSet();
  const listen = () => {
    const viewer = modeler.getActiveViewer();
    if (!viewer || listening.has(viewer)) return;
    listening.add(viewer);
    viewer.on('commandStack.changed', async () => onChange((await modeler.saveXML({ format: true })).xml));
  };
  modeler.on('views.changed', listen);
  listen();

  let findings = [];
  const drawn = new MutationObserver(() => mark(canvas, findings)); // rows come and go with scrolling and editing
  drawn.observe(canvas, { childList: true, subtree: true });

  const closeTry = trying ? openTry(panel, modeler, trying) : () => {};
  return {
    modeler,
    destroy() {
      drawn.disconnect();
      closeTry();
      modeler.destroy();
    },
    replace: (text) => modeler.importXML(text),
    async focus(id) {
      const view = modeler.getViews().find((one) => one.element.id === id || rulesOf(one).includes(id));
      if (!view) return false;
      if (modeler.getActiveView() !== view) await modeler.open(view);
      lead(canvas, id);
      return true;
    },
    mark(found) {
      findings = found;
      mark(canvas, findings);
    },
  };
}

const rulesOf = (view) => (view.element.decisionLogic?.rule ?? []).map((one) => one.id);
const rowOf = (canvas, id) => canvas.querySelector(`td[data-row-id="${CSS.escape(id)}"]`)?.closest('tr');

function lead(canvas, id) {
  for (const row of canvas.querySelectorAll('tr.here')) row.classList.remove('here');
  const row = rowOf(canvas, id);
  row?.classList.add('here');
  row?.scrollIntoView({ block: 'center' });
}

// Rules the publish gate doubts, marked at their number.
function mark(canvas, findings) {
  const rows = new Map(findings.map((one) => [rowOf(canvas, one.element), one]));
  for (const row of canvas.querySelectorAll('tr.has-finding')) if (!rows.has(row)) row.classList.remove('has-finding');
  for (const [row, finding] of rows) {
    if (!row || row.classList.contains('has-finding')) continue;
    row.classList.add('has-finding');
    row.querySelector('.rule-index')?.setAttribute('title', finding.message);
  }
}
