// What form-js leaves out or reads otherwise than the server, put right on the way in and out.

// Form-js takes any text in `disabled` for true; a condition is meant, and `readonly` is where form-js evaluates one.
export function conditionsOf(part) {
  const { disabled, readonly } = part;
  const made = { ...part };
  if (typeof disabled === 'string' && disabled.startsWith('=')) {
    delete made.disabled;
    if (typeof readonly === 'string' && readonly.startsWith('=')) {
      made.readonly = `=(${readonly.slice(1)}) or (${disabled.slice(1)})`;
    } else made.readonly = readonly || disabled;
  }
  if (Array.isArray(part.components)) made.components = part.components.map(conditionsOf);
  return made;
}

const at = (data, path) => path.reduce((place, step) => place?.[step], data);

function put(data, path, value) {
  let place = data;
  path.slice(0, -1).forEach((step, index) => {
    place[step] ??= typeof path[index + 1] === 'number' ? [] : {};
    place = place[step];
  });
  place[path.at(-1)] = value;
}

// The data of a form as `submit()` gives it, with `[]` for a visible list whose rows were all removed: form-js leaves
// it out, and for the server what is left out stays as it was.
export function filled(data, form) {
  const fields = form.get('formFieldRegistry');
  const known = form._getState().data;
  for (const { id, valuePath } of form.get('formFieldInstanceRegistry').getAll()) {
    const field = fields.get(id);
    if (field?.type !== 'dynamiclist' || !field.isRepeating) continue;
    const rows = at(known, valuePath);
    if (Array.isArray(rows) && !rows.length && at(data, valuePath) === undefined) put(data, valuePath, []);
  }
  return data;
}
