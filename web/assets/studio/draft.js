// The draft that is edited: its files, what is saved, and what happens when somebody else saved first. Nothing typed is
// ever lost: a conflict shows both states and lets the person choose, and unsaved files survive a crash of the browser.
import { call, Problem } from '../base/api.js';

const PAUSE = 1500; // ms without a change before saving

export class Draft extends EventTarget {
  constructor(key, { readonly = false } = {}) {
    super();
    this.key = key;
    this.address = `/api/v1/drafts/${key}`;
    this.readonly = readonly;
    this.files = new Map();
    this.state = 'saved'; // saved | changed | saving | conflict | offline
  }

  async load() {
    const { data, rev } = await call('GET', this.address);
    this.take(data, rev);
    const kept = this.kept();
    return kept && kept.rev !== this.rev ? kept : null;
  }

  take(data, rev) {
    this.rev = rev;
    this.facts = data;
    this.files = new Map(Object.entries(data.files));
    this.saved = new Map(this.files);
    this.become('saved');
  }

  // `text` is null for a file which is removed
  set(path, text) {
    if (this.readonly || this.files.get(path) === text) return;
    if (text === null) this.files.delete(path);
    else this.files.set(path, text);
    this.keep();
    if (this.state !== 'conflict') this.become('changed');
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), PAUSE);
  }

  // Saves what is open, one request at a time; resolves when everything typed until now is on the server.
  save() {
    clearTimeout(this.timer);
    this.running = (this.running ?? Promise.resolve()).then(() => this.send());
    return this.running;
  }

  async send() {
    if (this.readonly || this.state === 'conflict' || !this.isChanged()) return;
    const sent = new Map(this.files);
    this.become('saving');
    try {
      const { data, rev } = await call('PUT', this.address, { files: Object.fromEntries(sent) }, { rev: this.rev });
      this.rev = rev || String(data.rev);
      this.facts = { ...this.facts, ...data };
      this.saved = sent;
      this.become(this.isChanged() ? 'changed' : 'saved');
      if (this.state === 'saved') this.forget();
      this.dispatchEvent(new Event('stored'));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (error.status === 409 || error.status === 412) await this.meet();
      else {
        this.become('offline', error);
        if (error.status === 0 || error.status >= 500) this.timer = setTimeout(() => this.save(), 4 * PAUSE);
      }
    }
  }

  isChanged() {
    if (this.files.size !== this.saved.size) return true;
    return [...this.files].some(([path, text]) => this.saved.get(path) !== text);
  }

  // Somebody else saved first: fetch theirs and let the page ask.
  async meet() {
    const { data, rev } = await call('GET', this.address);
    this.theirs = { data, rev, files: new Map(Object.entries(data.files)) };
    const paths = new Set([...this.files.keys(), ...this.theirs.files.keys()]);
    this.theirs.differing = [...paths].filter((path) => this.files.get(path) !== this.theirs.files.get(path));
    this.become('conflict');
  }

  // `chosen`: path -> 'mine' | 'theirs'
  async settle(chosen) {
    const { data, rev, files } = this.theirs;
    const merged = new Map(files);
    for (const [path, side] of Object.entries(chosen)) {
      if (side !== 'mine') continue;
      if (this.files.has(path)) merged.set(path, this.files.get(path));
      else merged.delete(path);
    }
    this.take(data, rev);
    this.files = merged;
    this.theirs = null;
    this.dispatchEvent(new Event('replaced'));
    await this.save();
  }

  become(state, error) {
    this.state = state;
    this.error = error;
    this.dispatchEvent(new Event('state'));
  }

  keep() {
    try {
      localStorage.setItem(`studio:${this.key}`, JSON.stringify({ rev: this.rev, at: Date.now(), files: [...this.files] }));
    } catch {
      // a full store only means that a crash could lose the last seconds
    }
  }

  kept() {
    try {
      const kept = JSON.parse(localStorage.getItem(`studio:${this.key}`));
      return kept && { ...kept, files: new Map(kept.files) };
    } catch {
      return null;
    }
  }

  forget() {
    localStorage.removeItem(`studio:${this.key}`);
  }
}
