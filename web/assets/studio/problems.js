// The list of what the publish gate found; a click goes to the element.
import { call, complain } from '../base/api.js';
import { language, say } from '../base/texts.js';
import { toast } from '../base/toast.js';

export class Problems extends EventTarget {
  // `question()` asks the gate
  constructor(box, draft, question = () => call('POST', `${draft.address}/check`)) {
    super();
    this.question = question;
    this.box = box;
    this.draft = draft;
    this.findings = [];
    this.fixes = () => []; // offers for a finding, where its file is open
    this.nameOf = () => ''; // what people call its element
  }

  // One question at a time: whoever asks again about the same state gets the same answer.
  check() {
    if (this.asked?.rev !== this.draft.rev) {
      const asked = { rev: this.draft.rev };
      asked.answer = this.ask().finally(() => {
        if (this.asked === asked) this.asked = null;
      });
      this.asked = asked;
    }
    return this.asked.answer;
  }

  async ask() {
    try {
      const { data } = await this.question();
      this.accepted = data.accepted;
      this.findings = data.findings.map((one) => ({
        ...one,
        message: language === 'zh' ? one.message_zh : one.message_en,
        hint: language === 'zh' ? one.hint_zh : one.hint_en,
      }));
      this.render();
      this.dispatchEvent(new Event('checked'));
    } catch (error) {
      complain(error);
    }
  }

  open() {
    this.box.open = true;
  }

  // Says why a verb did nothing.
  refuse() {
    const errors = this.findings.filter((one) => one.severity === 'error');
    toast(say('The gate refuses this draft'), { tone: 'danger', lines: errors.map((one) => one.message) });
  }

  render() {
    const errors = this.findings.filter((one) => one.severity === 'error').length;
    const head = this.box.querySelector('summary');
    head.dataset.tone = errors ? 'danger' : this.findings.length ? 'warn' : 'good';
    head.textContent = this.findings.length
      ? [counted(errors, '{0} error', '{0} errors'), counted(this.findings.length - errors, '{0} warning', '{0} warnings')].join(say(', '))
      : say('The gate has nothing to object to');
    const list = this.box.querySelector('ol');
    list.replaceChildren(...this.findings.map((one) => this.line(one)));
  }

  line(finding) {
    const item = document.createElement('li');
    const button = document.createElement('button');
    button.type = 'button';
    button.className = `finding-line ${finding.severity}`;
    const where = document.createElement('span');
    where.className = 'where';
    const name = this.nameOf(finding);
    const id = Object.assign(document.createElement('code'), { textContent: finding.element || finding.file });
    if (name) where.append(Object.assign(document.createElement('strong'), { textContent: name }));
    where.append(id);
    const text = document.createElement('span');
    text.textContent = finding.message;
    const hint = document.createElement('span');
    hint.className = 'small muted';
    hint.textContent = finding.hint;
    button.append(where, text, ...(finding.hint ? [hint] : []));
    button.addEventListener('click', () => this.dispatchEvent(new CustomEvent('go', { detail: finding })));
    const offers = this.fixes(finding).map((offer) => this.offer(finding, offer));
    item.append(button, ...(offers.length ? [group(offers)] : []));
    return item;
  }

  offer(finding, { label, options, run }) {
    const done = (value) => {
      run(value);
      this.dispatchEvent(new CustomEvent('fixed', { detail: finding }));
    };
    if (!options) {
      const press = document.createElement('button');
      Object.assign(press, { type: 'button', className: 'button', textContent: label });
      press.addEventListener('click', () => done());
      return press;
    }
    const choice = document.createElement('select');
    choice.className = 'input';
    choice.setAttribute('aria-label', label);
    choice.append(new Option(label, ''), ...options.map((one) => new Option(one.label, one.value)));
    choice.addEventListener('change', () => choice.value && done(choice.value));
    return choice;
  }

  // Leads to a finding in the list.
  show(finding) {
    this.open();
    const line = this.box.querySelectorAll('li')[this.findings.indexOf(finding)];
    line?.querySelector('button').focus();
    line?.scrollIntoView({ block: 'nearest' });
  }
}

const counted = (count, one, many) => say(count === 1 ? one : many, count);

function group(offers) {
  const line = document.createElement('div');
  line.className = 'line fixes';
  line.append(...offers);
  return line;
}
