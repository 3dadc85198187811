// The draft that is edited: its files, what is saved, and what happens when somebody else saved first. Nothing typed is
// ever lost: what only one side changed is brought together by itself, a file both changed is shown to the person in
// both states, and unsaved files survive a crash of the browser.
const PAUSE = 1500; // ms without a change before saving

export class Draft extends EventTarget {
  // `send(method, url, body, {rev})` gives {data, rev} and throws errors with a `status`; `store` is a localStorage.
  constructor(key, { send, store, readonly = false }) {
    super();
    this.key = key;
    this.address = `/api/v1/drafts/${key}`;
    this.request = send;
    this.store = store;
    this.readonly = readonly;
    this.files = new Map();
    this.saved = new Map(); // the files as of `rev`: the common ground when two people have saved
    this.state = 'saved'; // saved | changed | saving | conflict | offline | refused | closed (handed in or gone)
  }

  // Fetches the draft, with what a crash left unsaved; true where there was something.
  async load() {
    const { data, rev } = await this.request('GET', this.address);
    this.take(data, rev);
    const kept = this.readonly ? null : this.kept();
    if (!kept) return false;
    const now = this.files;
    this.files = kept.files;
    if (!this.isChanged()) {
      this.files = now;
      this.forget();
      return false;
    }
    if (kept.rev === this.rev) this.become('changed');
    else this.meet({ data, rev, files: now }, kept.base);
    return true;
  }

  take(data, rev) {
    this.rev = rev || String(data.rev);
    this.facts = data;
    this.files = new Map(Object.entries(data.files));
    this.saved = new Map(this.files);
    this.theirs = null;
    this.become('saved');
  }

  // `text` is null for a file which is removed
  set(path, text) {
    if (this.readonly || (this.files.get(path) ?? null) === text) return;
    if (text === null) this.files.delete(path);
    else this.files.set(path, text);
    this.keep();
    if (!this.isHeld()) this.become('changed');
    this.later(PAUSE);
  }

  later(pause) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), pause);
  }

  // Saves what is open, one request at a time; resolves when everything typed until now is on the server, or could not
  // be put there (see `state`).
  save() {
    clearTimeout(this.timer);
    this.running = (this.running ?? Promise.resolve()).catch(() => {}).then(() => this.send());
    return this.running;
  }

  async send() {
    if (this.readonly || this.isHeld() || !this.isChanged()) return;
    const sent = new Map(this.files);
    this.become('saving');
    try {
      const { data, rev } = await this.request('PUT', this.address, { files: Object.fromEntries(sent) }, { rev: this.rev });
      this.rev = rev || String(data.rev);
      this.facts = { ...this.facts, ...data };
      this.saved = sent;
    } catch (error) {
      if (error.status === undefined) throw error;
      if (error.status === 409 || error.status === 412) await this.fetchTheirs();
      else this.fail(error);
      return;
    }
    if (this.isChanged()) {
      this.keep();
      this.become('changed');
    } else {
      this.forget();
      this.become('saved');
    }
    this.dispatchEvent(new Event('stored'));
  }

  // Nothing is sent while the person has to decide something first.
  isHeld() {
    return this.state === 'conflict' || this.state === 'closed';
  }

  isChanged() {
    return differing(this.files, this.saved).length > 0;
  }

  async fetchTheirs() {
    try {
      const { data, rev } = await this.request('GET', this.address);
      await this.meet({ data, rev, files: new Map(Object.entries(data.files)) }, this.saved);
    } catch (error) {
      if (error.status === undefined) throw error;
      this.fail(error);
    }
  }

  fail(error) {
    const lasting = error.status >= 400 && error.status < 500;
    this.become(lasting ? 'refused' : 'offline', error);
    if (!lasting) this.later(4 * PAUSE);
  }

  // Somebody else saved first. `base` is what both began with: a file which only one side changed is no question.
  async meet(theirs, base) {
    const [mine, others] = [differing(this.files, base), differing(theirs.files, base)];
    const both = mine.filter((path) => others.includes(path) && this.files.get(path) !== theirs.files.get(path));
    this.theirs = { ...theirs, base, differing: both };
    if (theirs.data.state !== 'editing') {
      this.keep(base); // it comes back when the draft does
      this.become('closed');
      return;
    }
    if (both.length) {
      this.keep(base);
      this.become('conflict');
      return;
    }
    await this.settle({});
  }

  // `chosen`: path -> 'mine' | 'theirs' for the files both sides changed
  async settle(chosen) {
    const { data, rev, files, base, differing: asked } = this.theirs;
    const typed = this.files;
    const merged = new Map(files);
    for (const path of differing(typed, base)) {
      if (asked.includes(path) && chosen[path] !== 'mine') continue;
      if (typed.has(path)) merged.set(path, typed.get(path));
      else merged.delete(path);
    }
    this.take(data, rev);
    this.files = merged;
    if (this.isChanged()) this.keep();
    else this.forget();
    this.dispatchEvent(new CustomEvent('replaced', { detail: { asked: asked.length > 0 } }));
    await this.send();
  }

  become(state, error) {
    this.state = state;
    this.error = error;
    this.dispatchEvent(new Event('state'));
  }

  keep(base = this.saved) {
    try {
      this.store.setItem(`studio:${this.key}`, JSON.stringify({ rev: this.rev, files: [...this.files], base: [...base] }));
    } catch {
      // a full store only means that a crash could lose the last seconds
    }
  }

  kept() {
    try {
      const kept = JSON.parse(this.store.getItem(`studio:${this.key}`));
      return kept && { rev: kept.rev, files: new Map(kept.files), base: new Map(kept.base) };
    } catch {
      return null;
    }
  }

  forget() {
    this.store.removeItem(`studio:${this.key}`);
  }
}

// The paths whose texts differ between two maps of files.
function differing(files, others) {
  return [...new Set([...files.keys(), ...others.keys()])].filter((path) => files.get(path) !== others.get(path));
}
