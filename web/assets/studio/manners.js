// Small manners of the diagram editor which bpmn-js leaves open.
import { ShortTextsModule } from './shorttexts.js';

// A lane that was just added is selected, so that it gets its name and department at once.
class NewLanes {
  static $inject = ['eventBus', 'selection'];

  constructor(eventBus, selection) {
    eventBus.on('commandStack.lane.add.postExecuted', 100, ({ context }) => selection.select(context.newLane));
  }
}

// The menus of bpmn-js itself still ask for the pad by a name which warns in the console with a whole stack.
class QuietPads {
  static $inject = ['contextPad'];

  constructor(contextPad) {
    contextPad.getPad = (target) => ({ html: contextPad.isOpen(target) ? contextPad._current.html : contextPad._createHtml(target) });
  }
}

export const MannersModule = {
  __depends__: [ShortTextsModule],
  __init__: ['newLanes', 'quietPads'],
  newLanes: ['type', NewLanes],
  quietPads: ['type', QuietPads],
};
