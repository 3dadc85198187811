// Evaluates FEEL texts with feelin: JSON list of texts on stdin -> JSON list of outcomes on stdout.
// An outcome is {value} in the plain form of ours (numbers rounded by double), or {error} when feelin throws.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const require = createRequire(`${process.argv[2]}/`);
const feelin = await import(pathToFileURL(require.resolve('feelin')).href);

function plain(value) {
  if (value === null || value === undefined) return null;
  if (typeof value === 'number') return Number.isFinite(value) ? { number: value } : null;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (Array.isArray(value)) return value.map(plain);
  if (feelin.isRange(value)) {
    return {
      range: [plain(value.start), plain(value.end), value['start included'] ?? null, value['end included'] ?? null],
    };
  }
  if (feelin.isFunction(value) || typeof value === 'function') return { function: true };
  for (const [name, kind] of Object.entries({
    date: feelin.FeelDate,
    time: feelin.FeelTime,
    'date and time': feelin.FeelDateTime,
    duration: feelin.FeelDuration,
  })) {
    if (value instanceof kind) return { [name]: String(value) };
  }
  return { context: Object.entries(value).map(([key, item]) => [key, plain(item)]) };
}

const outcomes = JSON.parse(readFileSync(0, 'utf8')).map((text) => {
  try {
    const result = feelin.evaluate(text, {});
    return { value: plain(result !== null && typeof result === 'object' && 'warnings' in result ? result.value : result) };
  } catch (error) {
    return { error: String(error.message ?? error) };
  }
});
process.stdout.write(JSON.stringify(outcomes));
