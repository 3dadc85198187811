// Rearranges the groups which the other providers made, and puts ours in front.
import { is } from 'bpmn-js/lib/util/ModelUtil';

import { say } from '../../base/texts.js';
import { automaticGroup, decisionGroup, formGroup, namesGroup, timeGroup, whoGroup } from './groups.js';

// groups of the library whose content ours show better
const REPLACED = new Set(['calledDecision', 'form', 'taskDefinition']);

export class BusinessProvider {
  static $inject = ['propertiesPanel', 'injector'];

  constructor(propertiesPanel, injector) {
    this.injector = injector;
    propertiesPanel.registerProvider(100, this);
  }

  getGroups(element) {
    return (groups) => {
      const ours = this.ours(element);
      const kept = ours.length > 1 ? groups.filter((group) => !REPLACED.has(group.id) || !ours.some((one) => one.replaces === group.id)) : groups;
      for (const group of kept) {
        if (group.id !== 'general') group.shouldOpen = false;
        if (group.id === 'general') group.label = say('Technical name');
      }
      return [...ours, ...kept];
    };
  }

  ours(element) {
    const groups = [namesGroup(element)];
    if (is(element, 'bpmn:UserTask')) {
      groups.push(whoGroup(element), timeGroup(element), formGroup(element));
    } else if (is(element, 'bpmn:BusinessRuleTask')) {
      groups.push(decisionGroup(element));
    } else if (is(element, 'bpmn:ServiceTask') || is(element, 'bpmn:SendTask')) {
      groups.push(automaticGroup(element));
    }
    return groups;
  }
}
