// Times in the enterprise's zone, as the server writes them, and live parts of a page which ask for news every half minute.
import { language } from './texts.js';

const locale = language === 'zh' ? 'zh-CN' : 'en-GB';
const timeZone = document.documentElement.dataset.zone || undefined;
const full = new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'short', timeZone });
const short = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone });
const parts = new Intl.DateTimeFormat('en-GB', { year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric', hourCycle: 'h23', timeZone });

// The hour and minute of a moment.
export const clock = (moment) => short.format(moment);

// How far the enterprise's clocks are before UTC at a moment, in milliseconds.
function ahead(moment) {
  const part = Object.fromEntries(parts.formatToParts(moment).map(({ type, value }) => [type, Number(value)]));
  return Date.UTC(part.year, part.month - 1, part.day, part.hour, part.minute, part.second) - Math.floor(moment / 1000) * 1000;
}

// The moment which the enterprise's clocks show as `local`, the value of an <input type="datetime-local">.
export function instant(local) {
  const read = new Date(`${local}Z`);
  const near = new Date(read - ahead(read));
  return new Date(read - ahead(near)); // twice: the clocks may have been changed in between
}

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
