// The properties panel in the words of the work: who, by when, escalate to, form, decision first; the rest is folded.
import { BusinessProvider } from './provider.js';

export const BusinessPanelModule = {
  __init__: ['businessProvider'],
  businessProvider: ['type', BusinessProvider],
};
