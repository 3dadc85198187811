// Chinese texts of the editors, by the English text they would show; they win over the library's own.
import bpmn from './bpmn.js';
import dmn from './dmn.js';
import panel from './panel.js';

export default { ...bpmn, ...panel, ...dmn };
