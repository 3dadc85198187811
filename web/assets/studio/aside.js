// What was not used where two people had changed the same file: this browser keeps it until somebody throws it away.
// An entry: {id, path, side: 'mine' | 'theirs' | 'replaced', text, at (ms)}; the newest come first.
const MOST = 20;
const place = (key) => `set-aside:${key}`;

export function setAside(store, key) {
  try {
    return JSON.parse(store.getItem(place(key))) ?? [];
  } catch {
    return [];
  }
}

// Keeps the entries {path, side, text}; the oldest make room where the store is full.
export function putAside(store, key, entries) {
  const at = Date.now();
  const fresh = entries.filter((one) => typeof one.text === 'string').map((one) => ({ ...one, at, id: `${at}-${Math.random()}` }));
  const all = [...fresh, ...setAside(store, key)].slice(0, MOST);
  for (; all.length; all.pop()) {
    try {
      store.setItem(place(key), JSON.stringify(all));
      return;
    } catch {
      // full: one less
    }
  }
}

export function throwAway(store, key, id) {
  const left = setAside(store, key).filter((one) => one.id !== id);
  if (left.length) store.setItem(place(key), JSON.stringify(left));
  else store.removeItem(place(key));
}
