// Rearranges the groups which the other providers made, and puts ours in front.
import { is } from 'bpmn-js/lib/util/ModelUtil';

import { say } from '../../base/texts.js';
import { isChosen, simpleCondition } from './conditions.js';
import { automaticGroup, calledGroup, conditionGroup, customConditionGroup, decisionGroup, formGroup, laneGroup, namesGroup, timeGroup, whoGroup, wordsGroup } from './groups.js';

export class BusinessProvider {
  static $inject = ['propertiesPanel', 'injector'];

  constructor(propertiesPanel, injector) {
    this.injector = injector;
    propertiesPanel.registerProvider(100, this);
  }

  getGroups(element) {
    return (groups) => {
      const ours = groupsOf(element);
      const replaced = new Set(ours.map((one) => one.replaces).filter(Boolean));
      const kept = groups.filter((group) => !replaced.has(group.id));
      for (const group of kept) {
        group.shouldOpen = false;
        if (group.id !== 'general') continue;
        group.label = say('Technical name');
        group.entries = group.entries.filter((entry) => entry.id !== 'name');
      }
      return [...ours, ...kept];
    };
  }
}

function groupsOf(element) {
  const groups = [namesGroup(element)];
  if (is(element, 'bpmn:UserTask')) {
    groups.push(whoGroup(element), timeGroup(element), formGroup(element));
  } else if (is(element, 'bpmn:BusinessRuleTask')) {
    groups.push(decisionGroup(element));
  } else if (is(element, 'bpmn:ServiceTask') || is(element, 'bpmn:SendTask')) {
    groups.push(automaticGroup(element));
  } else if (is(element, 'bpmn:CallActivity')) {
    groups.push(calledGroup(element));
  } else if (is(element, 'bpmn:Lane')) {
    groups.push(laneGroup(element));
  } else if (is(element, 'bpmn:SequenceFlow') && isChosen(element)) {
    groups.push(simpleCondition(element) ? conditionGroup(element) : customConditionGroup());
  }
  return [...groups, wordsGroup(element)];
}
