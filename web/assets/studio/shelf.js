// The line which says that something was set aside (see aside.js), and the dialog which gives it back.
import { language, say } from '../base/texts.js';
import { toast } from '../base/toast.js';
import { putAside, setAside, throwAway } from './aside.js';
import { download, element } from './parts.js';
import { titles } from './titles.js';

const SIDES = { mine: 'Mine', theirs: 'Theirs', replaced: 'Before it was put back' };
const moment = new Intl.DateTimeFormat(language === 'zh' ? 'zh-CN' : 'en-GB', { dateStyle: 'medium', timeStyle: 'short' });

export function bindShelf(root, draft) {
  const line = root.querySelector('[data-aside-line]');
  const dialog = document.getElementById('aside');
  const all = () => setAside(draft.store, draft.key);

  const show = () => {
    const kept = all();
    line.hidden = kept.length === 0 || draft.readonly;
    line.querySelector('[data-aside-said]').textContent = say('{0} not used, kept in this browser', kept.length);
    dialog.querySelector('ol').replaceChildren(...kept.map(entry));
    if (!kept.length) dialog.close();
  };

  const entry = (one) => {
    const name = titles(new Map([...draft.files, [one.path, one.text]])).get(one.path);
    const what = element('span', { className: 'stack-1' });
    what.append(
      element('strong', { textContent: name }),
      element('span', { className: 'small muted', textContent: [one.path, say(SIDES[one.side]), moment.format(one.at)].join(' · ') }),
    );
    const back = element('button', { type: 'button', className: 'button', textContent: say('Put it back') });
    back.addEventListener('click', () => putBack(one));
    const gone = element('button', { type: 'button', className: 'button quiet', textContent: say('Throw away') });
    gone.addEventListener('click', () => {
      throwAway(draft.store, draft.key, one.id);
      show();
    });
    const verbs = element('span', { className: 'line' });
    verbs.append(download(`${one.side}-${one.path}`, one.text, say('Download')), back, gone);
    const item = element('li', { className: 'line spread' });
    item.append(what, verbs);
    return item;
  };

  // What stood in its place is set aside in turn.
  const putBack = (one) => {
    const now = draft.files.get(one.path);
    if (now !== one.text) {
      throwAway(draft.store, draft.key, one.id);
      putAside(draft.store, draft.key, [{ path: one.path, side: 'replaced', text: now }]);
      draft.set(one.path, one.text);
      draft.dispatchEvent(new CustomEvent('replaced', { detail: { asked: true } }));
      toast(say('Put back; what stood there is kept in its place.'));
    }
    dialog.close();
    show();
  };

  line.querySelector('button').addEventListener('click', () => {
    show();
    dialog.showModal();
  });
  draft.addEventListener('aside', show);
  show();
}
