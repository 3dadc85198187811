import { settle } from './leaving.js';
import { keepTyped } from './typed.js';

// Language and theme: kept in cookies which the server reads, so that the next page comes in the right dress at once.
const keep = (name, value) => {
  document.cookie = `${name}=${value}; path=/; max-age=31536000; samesite=lax${location.protocol === 'https:' ? '; secure' : ''}`;
};

document.addEventListener('click', async (event) => {
  const language = event.target.closest('[data-language]');
  if (language) {
    keep('language', language.dataset.language);
    keepTyped();
    await settle();
    location.reload();
    return;
  }
  const theme = event.target.closest('[data-theme-choice]');
  if (theme) {
    const choice = theme.dataset.themeChoice;
    keep('theme', choice);
    if (choice) document.documentElement.dataset.theme = choice;
    else delete document.documentElement.dataset.theme;
    theme.closest('details').open = false;
  }
});
