// form-js speaks English only. While it is bundled, each of its sentences is replaced by a call of `say`, so that it
// follows the page's language. The build stops when a sentence is no longer there (a new version of form-js).
import { fileURLToPath } from 'node:url';

const texts = fileURLToPath(new URL('../base/texts.js', import.meta.url));
const file = /@bpmn-io[\\/]form-js-viewer[\\/]dist[\\/]index\.es\.js$/;

const sentences = [
  ["'No results'", "say('No results')"],
  ["children: valueLabel || 'Select'", "children: valueLabel || say('Select')"],
  ["placeholder: 'Search',", "placeholder: say('Search'),"],
  ["undefined : 'Search'", "undefined : say('Search')"],
  ["'All values selected'", "say('All values selected')"],
  ['children: "Browse"', "children: say('Browse')"],
  ["return 'No files selected'", "return say('No files selected')"],
  ['`${files.length} files selected`', "say('{0} files selected', files.length)"],
  ['`Field must match pattern ${validation.pattern}.`', "say('Field must match pattern {0}.', validation.pattern)"],
  ["errors.push('Field is required.')", "errors.push(say('Field is required.'))"],
  ['`Field must have minimum value of ${validation.min}.`', "say('Field must have minimum value of {0}.', validation.min)"],
  ['`Field must have maximum value of ${validation.max}.`', "say('Field must have maximum value of {0}.', validation.max)"],
  ['`Field must have minimum length of ${validation.minLength}.`', "say('Field must have minimum length of {0}.', validation.minLength)"],
  ['`Field must have maximum length of ${validation.maxLength}.`', "say('Field must have maximum length of {0}.', validation.maxLength)"],
  ["'Field must be a valid  international phone number. (e.g. +4930664040900)'", "say('Field must be a valid international phone number. (e.g. +4930664040900)')"],
  ["'Field must be a valid email.'", "say('Field must be a valid email.')"],
  ["errors.push('Value is not a number.')", "errors.push(say('Value is not a number.'))"],
  [
    "'Value is expected to ' + (decimalDigits === 0 ? 'be an integer' : `have at most ${decimalDigits} decimal digit${decimalDigits > 1 ? 's' : ''}`) + '.'",
    "decimalDigits === 0 ? say('Value is expected to be an integer.') : say('Value is expected to have at most {0} decimal digits.', decimalDigits)",
  ],
  [
    '`Please select a valid value, the two nearest valid values are ${previousValue} and ${nextValue}.`',
    "say('Please select a valid value, the two nearest valid values are {0} and {1}.', previousValue, nextValue)",
  ],
];

export default function formTexts() {
  return {
    name: 'form-texts',
    transform(code, id) {
      if (!file.test(id)) return null;
      let out = code;
      for (const [from, to] of sentences) {
        if (!out.includes(from)) throw new Error(`form-js no longer says ${from}`);
        out = out.replaceAll(from, to);
      }
      return { code: `import { say } from ${JSON.stringify(texts)};\n${out}`, map: null };
    },
  };
}
