// bpmn-js, the panel, dmn-js and form-js ask `translate` for their texts; in English they speak for themselves.
import library from 'bpmn-js-i18n/translations/zn.js';

import { language } from '../base/texts.js';
import ours from './zh/index.js';

const chinese = { ...library, ...ours };

export function translate(template, replacements = {}) {
  const text = language === 'zh' ? (chinese[template] ?? chinese[template.trim()] ?? template) : template;
  return text.replace(/\{([^}]+)\}/g, (whole, key) => replacements[key] ?? whole);
}

export const TranslateModule = { translate: ['value', translate] };
