// Times in the reader's own zone, and live parts of a page which ask for news every half minute.
import { language } from './texts.js';

const full = new Intl.DateTimeFormat(language === 'zh' ? 'zh-CN' : 'en-GB', { dateStyle: 'full', timeStyle: 'short' });

// Every <time datetime> gets the full date as its title; the server has already written a readable text.
export function explainTimes(root = document) {
  for (const time of root.querySelectorAll('time[datetime]:not([title])')) {
    const at = new Date(time.dateTime);
    if (!Number.isNaN(at.valueOf())) time.title = full.format(at);
  }
}

export function startRefreshing() {
  setInterval(() => {
    const busy = document.querySelector('dialog[open], details.menu[open]');
    if (document.visibilityState === 'visible' && !busy) document.body.dispatchEvent(new CustomEvent('refresh'));
  }, 30_000);
}
