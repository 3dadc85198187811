// Two owners edit one draft at random, over HTTP, with the class the studio uses. Called by test_studio.py with
// {address, tokens, module, runs, seed, pause} as JSON; prints {lost, conflicts, merged} as JSON.
const { address, tokens, module, runs, seed, pause } = JSON.parse(process.argv[2]);
const { Draft } = await import(module);

let random = seed;
const next = (below) => {
  random = (random * 1103515245 + 12345) % 2147483648;
  return Math.floor((random / 2147483648) * below);
};

const client = (token) => async (method, path, body, { rev } = {}) => {
  const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' };
  if (rev !== undefined) headers['If-Match'] = `"${rev}"`;
  const response = await fetch(`${address}${path}`, { method, headers, body: body && JSON.stringify(body) });
  const data = response.status === 204 ? null : await response.json();
  if (!response.ok) throw Object.assign(new Error(JSON.stringify(data)), { status: response.status });
  return { data, rev: (response.headers.get('ETag') ?? '').replaceAll('"', '') };
};

// A localStorage: its keys are its own properties.
class Store {
  getItem(key) {
    return this[key] ?? null;
  }
  setItem(key, value) {
    this[key] = value;
  }
  removeItem(key) {
    delete this[key];
  }
}

// What a browser gives one page; after its end nothing of the page goes on, though a request may still reach the server.
class Page {
  living = true;

  constructor(token, store) {
    const request = client(token);
    const never = new Promise(() => {});
    this.send = async (...order) => {
      if (!this.living) return never;
      const end = (act) => (value) => (this.living ? act(value) : never);
      return request(...order).then(end((answer) => answer), end((error) => Promise.reject(error)));
    };
    this.store = new Proxy(store, {
      get: (kept, name) => (typeof kept[name] === 'function' ? (...values) => (this.living ? kept[name](...values) : null) : kept[name]),
    });
  }
}

class Owner {
  constructor(name, token, seen) {
    Object.assign(this, { name, token, seen, store: new Store() });
    this.begin();
  }

  begin() {
    this.page = new Page(this.token, this.store);
    this.draft = new Draft('complaint', { ...this.page, pause });
  }

  // A line of one's own is added to a file; nobody else writes the same line.
  type(count) {
    const path = ['accept.form', 'inspect.form'][next(2)];
    const form = JSON.parse(this.draft.files.get(path));
    const line = `${this.name}-${count}`;
    form.components.push({ id: `Field_${line}`, type: 'textfield', key: line.replace('-', '_'), label: line });
    this.draft.set(path, JSON.stringify(form));
    this.seen.set(line, 'typed');
  }

  // What a person sees in the dialog: both states. They choose; the other state was shown, so it is no silent loss.
  async choose() {
    const chosen = {};
    for (const path of this.draft.theirs.differing) {
      const side = ['mine', 'theirs'][next(2)];
      chosen[path] = side;
      const given_up = side === 'mine' ? this.draft.theirs.files.get(path) : this.draft.files.get(path);
      for (const line of given_up.match(/(anna|bert)-\d+/g) ?? []) this.seen.set(line, 'shown');
    }
    await this.draft.settle(chosen);
  }

  // The browser dies before it has saved, and is opened again.
  async crash() {
    this.page.living = false;
    clearTimeout(this.draft.timer);
    this.begin();
    await this.draft.load();
  }

  async do(count) {
    if (this.draft.state === 'conflict' && next(2)) return this.choose();
    const what = next(6);
    if (what < 3) return this.type(count);
    if (what < 5) return this.draft.save();
    return this.crash();
  }
}

const result = { lost: [], conflicts: 0, merged: 0, unsaved: [] };
for (let run = 0; run < runs; run += 1) {
  const seen = new Map();
  const owners = [new Owner('anna', tokens[0], seen), new Owner('bert', tokens[1], seen)];
  for (const owner of owners) await owner.draft.load();
  for (let count = 0; count < 14; count += 1) {
    const owner = owners[next(2)];
    // sometimes both are on their way at once
    const both = next(4) === 0 ? owners.map((one, index) => one.do(run * 100 + count * 2 + index)) : [owner.do(run * 100 + count * 2)];
    await Promise.all(both);
  }
  for (let round = 0; round < 6; round += 1) {
    for (const owner of owners) {
      if (owner.draft.state === 'conflict') {
        result.conflicts += 1;
        await owner.choose();
      }
      await owner.draft.save();
    }
  }
  for (const owner of owners) {
    clearTimeout(owner.draft.timer);
    if (owner.draft.state !== 'saved') result.unsaved.push(`${run}: ${owner.name} ${owner.draft.state}`);
  }
  const { data } = await client(tokens[0])('GET', '/api/v1/drafts/complaint');
  const final = Object.values(data.files).join('\n');
  for (const [line, state] of seen) {
    const there = final.includes(`"${line}"`);
    if (there) result.merged += 1;
    else if (state !== 'shown') result.lost.push(`${run}: ${line}`);
  }
}
process.stdout.write(JSON.stringify(result));
