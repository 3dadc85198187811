// The verbs of a draft: check, submit, take back or send back, approve, publish. Those which need words ask for them.
import { call, complain } from '../base/api.js';
import { ask } from '../base/actions.js';

export function bindVerbs(root, draft, problems) {
  async function send(verb, fields) {
    const { data } = await call('POST', `${draft.address}/${verb}`, fields, { rev: draft.rev, once: crypto.randomUUID() });
    location.assign(verb === 'publish' ? `${location.pathname}/versions?new=${data.version}` : location.href);
  }

  root.addEventListener('click', async (event) => {
    const button = event.target.closest('[data-draft]');
    if (!button) return;
    const verb = button.dataset.draft;
    await draft.save();
    if (verb === 'check') {
      await problems.check();
      problems.open();
      return;
    }
    if (draft.isHeld()) return;
    if (verb === 'submit') {
      await problems.check();
      if (!problems.accepted) {
        problems.open();
        problems.refuse();
        return;
      }
    }
    const dialog = button.dataset.confirm && document.getElementById(button.dataset.confirm);
    if (dialog) {
      ask(dialog, (fields) => send(verb, fields));
      return;
    }
    try {
      await send(verb, {});
    } catch (error) {
      complain(error);
    }
  });
}
