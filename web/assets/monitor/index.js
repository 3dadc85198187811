// The managers' desk: the heat of a process (drawn by heat.js when it can be seen), several tasks at once, exports.
import './index.css';

import { startMany } from './many.js';

const box = document.querySelector('[data-heat]');
if (box) import('./heat.js').then(({ draw }) => draw(box));

startMany();

document.addEventListener('change', (event) => {
  const tick = event.target.closest('input[data-submit]');
  if (tick) tick.form.requestSubmit();
});
