// Short notices at the corner; read out by screen readers, closed by Escape or the button.
import { say } from './texts.js';

const box = () => document.querySelector('.toasts');

export function toast(text, { tone = 'good', lines = [], seconds } = {}) {
  const item = document.createElement('div');
  item.className = `toast ${tone}`;
  item.setAttribute('role', tone === 'danger' ? 'alert' : 'status');
  const body = document.createElement('div');
  const strong = document.createElement('strong');
  strong.textContent = text;
  body.append(strong);
  for (const line of lines.slice(0, 6)) {
    const part = document.createElement('p');
    part.className = 'small';
    part.textContent = line;
    body.append(part);
  }
  const close = document.createElement('button');
  close.type = 'button';
  close.className = 'button quiet square';
  close.textContent = '×';
  close.setAttribute('aria-label', say('Close'));
  close.addEventListener('click', () => item.remove());
  item.append(body, close);
  box().append(item);
  const stay = seconds ?? (tone === 'danger' ? 0 : 5);
  if (stay) setTimeout(() => item.remove(), stay * 1000);
}

// A toast which survives the next page load.
export function toastLater(text, tone = 'good') {
  sessionStorage.setItem('toast', JSON.stringify({ text, tone }));
}

export function showWaitingToast() {
  const kept = sessionStorage.getItem('toast');
  if (!kept) return;
  sessionStorage.removeItem('toast');
  const { text, tone } = JSON.parse(kept);
  toast(text, { tone });
}

document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') box()?.lastElementChild?.remove();
});
