// The viewer of all diagrams which are shown with marks on them: their colours mean what the legend says, so those an
// owner drew are not shown. The file keeps them.
import NavigatedViewer from 'bpmn-js/lib/NavigatedViewer';

import { ShortTextsModule } from '../studio/shorttexts.js';
import { look } from './look.js';

const COLOURS = ['bioc:fill', 'bioc:stroke', 'color:background-color', 'color:border-color'];

class PlainColours {
  static $inject = ['eventBus'];

  constructor(eventBus) {
    eventBus.on('import.render.start', ({ definitions }) => {
      for (const { plane } of definitions.diagrams ?? []) {
        for (const shape of plane?.planeElement ?? []) {
          for (const name of COLOURS) shape.set(name, undefined);
          shape.label?.set('color:color', undefined);
        }
      }
    });
  }
}

const PlainColoursModule = { __init__: ['plainColours'], plainColours: ['type', PlainColours] };

export const plainViewer = (container) => new NavigatedViewer({ container, additionalModules: [ShortTextsModule, PlainColoursModule], ...look() });
