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
    contextPad.getPad = (target) => ({ html: contextPad.isOpen() ? contextPad._current.html : contextPad._createHtml(target) });
  }
}

// The palette says what its tools are to screen readers only; everybody else gets a tool tip.
class ToolTips {
  static $inject = ['eventBus'];

  constructor(eventBus) {
    const label = () => document.querySelectorAll('.djs-palette .entry[aria-label]').forEach((one) => (one.title = one.getAttribute('aria-label')));
    eventBus.on(['palette.create', 'palette.changed', 'import.done'], () => queueMicrotask(label));
  }
}

// Finding listens to keys; what an input method puts in comes without any.
class FindAsTyped {
  static $inject = ['eventBus', 'searchPad'];

  constructor(eventBus, searchPad) {
    eventBus.on('searchPad.opened', () => {
      const input = document.querySelector('.djs-search-input input');
      if (input) input.oninput = () => searchPad._search(input.value);
    });
  }
}

// A name outside of its element is drawn anew when a translation in the panel changes it, too.
class OuterLabels {
  static $inject = ['eventBus'];

  constructor(eventBus) {
    eventBus.on('element.changed', ({ element }) => element.label && eventBus.fire('element.changed', { element: element.label }));
  }
}

export const MannersModule = {
  __depends__: [ShortTextsModule],
  __init__: ['newLanes', 'quietPads', 'toolTips', 'findAsTyped', 'outerLabels'],
  newLanes: ['type', NewLanes],
  quietPads: ['type', QuietPads],
  toolTips: ['type', ToolTips],
  findAsTyped: ['type', FindAsTyped],
  outerLabels: ['type', OuterLabels],
};
