// Texts which only the browser speaks. The English text is the key; {0}, {1} are filled in order.
import zh from './zh.js';

const chinese = document.documentElement.lang.startsWith('zh');

export const language = chinese ? 'zh' : 'en';

export function say(english, ...values) {
  const text = chinese ? (zh[english] ?? english) : english;
  return text.replace(/\{(\d)\}/g, (_, index) => String(values[Number(index)]));
}

// Further Chinese texts, of a part of the product which is loaded on its own.
export function learn(texts) {
  Object.assign(zh, texts);
}
