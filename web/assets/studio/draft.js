// The draft that is edited: its files, what is saved, and what happens when somebody else saved first. Nothing typed is
// ever lost: what only one side changed is brought together by itself, a file both changed is shown to the person in
// both states and what is not chosen is set aside, and unsaved files survive a crash of the browser.
import { putAside } from './aside.js';

export class Draft extends EventTarget {
  // `send(method, url, body, {rev})` gives {data, rev} and throws errors with a `status`; `store` is a localStorage;
  // `locks` (navigator.locks) tells what another open tab still works on from what a dead one left behind; `pause` is
  // the time in ms without a change before it is saved.
  constructor(key, { send, store, locks = null, readonly = false, pause = 1500 }) {
    super();
    this.key = key;
    this.place = `studio:${key}:${Date.now()}-${Math.random()}`; // where this tab keeps what is unsaved
    this.locks = locks;
    this.pause = pause;
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
    this.locks?.request(this.place, () => new Promise(() => {})); // held until the tab is closed
    const { data, rev } = await this.request('GET', this.address);
    this.take(data, rev);
    const left = this.readonly ? null : await this.leftBehind();
    if (!left) return false;
    const now = this.files;
    this.files = left.files;
    if (!this.isChanged()) {
      this.files = now;
      this.store.removeItem(left.place);
      return false;
    }
    this.meet({ data, rev, files: now }, left.base);
    this.store.removeItem(left.place); // only now: it is kept in this tab's own place
    if (!this.isHeld()) this.later(this.pause);
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
    this.later(this.pause);
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
    if (this.readonly || this.isHeld()) return;
    if (!this.isChanged()) {
      if (this.state === 'saved') return;
      this.forget(); // what was typed was taken back
      this.become('saved');
      return;
    }
    const sent = new Map(this.files);
    this.become('saving');
    try {
      const { data, rev } = await this.request('PUT', this.address, { files: Object.fromEntries(sent) }, { rev: this.rev });
      this.rev = rev || String(data.rev);
      this.facts = { ...this.facts, ...data };
      this.saved = sent;
    } catch (error) {
      if (error.status === undefined) throw error;
      if (error.status !== 409 && error.status !== 412) return this.fail(error);
      if (!(await this.fetchTheirs())) return;
      this.dispatchEvent(new CustomEvent('replaced', { detail: { asked: false } }));
      return this.send();
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

  // Fetches what somebody else saved; true where both could be brought together.
  async fetchTheirs() {
    try {
      const { data, rev } = await this.request('GET', this.address);
      return this.meet({ data, rev, files: new Map(Object.entries(data.files)) }, this.saved);
    } catch (error) {
      if (error.status === undefined) throw error;
      this.fail(error);
      return false;
    }
  }

  fail(error) {
    const lasting = error.status >= 400 && error.status < 500;
    this.become(lasting ? 'refused' : 'offline', error);
    if (!lasting) this.later(4 * this.pause);
  }

  // Somebody else saved first. `base` is what both began with: a file which only one side changed is no question. True
  // where there is none, and both are brought together.
  meet(theirs, base) {
    const both = this.disputed(theirs.files, base);
    this.theirs = { ...theirs, base, differing: both };
    if (theirs.data.state !== 'editing' || both.length) {
      this.keep(); // while closed: it comes back when the draft does
      this.become(both.length && theirs.data.state === 'editing' ? 'conflict' : 'closed');
      return false;
    }
    this.merge({});
    return true;
  }

  disputed(files, base) {
    const [mine, others] = [differing(this.files, base), differing(files, base)];
    return mine.filter((path) => others.includes(path) && this.files.get(path) !== files.get(path));
  }

  // What the person chose: path -> 'mine' | 'theirs' for the files both sides changed. Who typed on before choosing may
  // have come upon one more file which the other changed too: then they are asked again.
  async settle(chosen) {
    const both = this.disputed(this.theirs.files, this.theirs.base);
    if (both.some((path) => !(path in chosen))) {
      this.theirs.differing = both;
      return this.become('conflict');
    }
    putAside(this.store, this.key, both.map((path) => this.loser(path, chosen[path])));
    this.merge(chosen);
    this.dispatchEvent(new CustomEvent('replaced', { detail: { asked: true } }));
    this.dispatchEvent(new Event('aside'));
    await this.save();
  }

  loser(path, winner) {
    return winner === 'mine' ? { path, side: 'theirs', text: this.theirs.files.get(path) } : { path, side: 'mine', text: this.files.get(path) };
  }

  merge(chosen) {
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
    if (this.isChanged()) {
      this.keep();
      this.become('changed');
    } else {
      this.forget();
    }
  }

  become(state, error) {
    this.state = state;
    this.error = error;
    this.dispatchEvent(new Event('state'));
  }

  // What is unsaved, and the state it began with: without that nobody could tell later who changed what.
  keep() {
    try {
      const base = this.theirs?.base ?? this.saved;
      const kept = { at: Date.now(), files: [...this.files], base: [...base] };
      this.store.setItem(this.place, JSON.stringify(kept));
    } catch {
      // a full store only means that a crash could lose the last seconds
    }
  }

  // The newest of what tabs which are gone could not save: {place, at, files, base}, or null.
  async leftBehind() {
    const held = new Set(((await this.locks?.query())?.held ?? []).map((lock) => lock.name));
    const places = Object.keys(this.store).filter((place) => place.startsWith(`studio:${this.key}:`));
    return places
      .filter((place) => place !== this.place && !held.has(place))
      .map((place) => read(this.store, place))
      .filter(Boolean)
      .sort((one, other) => other.at - one.at)[0] ?? null;
  }

  forget() {
    this.store.removeItem(this.place);
  }
}

function read(store, place) {
  try {
    const { at, files, base } = JSON.parse(store.getItem(place));
    return { place, at, files: new Map(files), base: new Map(base) };
  } catch {
    store.removeItem(place);
    return null;
  }
}

// The paths whose texts differ between two maps of files.
function differing(files, others) {
  return [...new Set([...files.keys(), ...others.keys()])].filter((path) => files.get(path) !== others.get(path));
}
