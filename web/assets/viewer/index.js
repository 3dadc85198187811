// Shows diagrams read-only:  <div class="diagram" data-diagram="ADDRESS"></div>
// The viewer itself is loaded when the first of them can be seen: many visits never open the tab it is in.
import './index.css';

function drawVisible(root) {
  for (const box of root.querySelectorAll('[data-diagram]:not([data-drawn])')) {
    if (box.offsetParent === null || box.clientWidth === 0) continue;
    box.dataset.drawn = 'yes';
    import('./draw.js').then(({ draw }) => draw(box));
  }
}

document.addEventListener('shown', (event) => drawVisible(event.target));
drawVisible(document);

// On the page of an instance: moving a token, going back in time.
for (const [mark, load] of [['[data-move]', () => import('./move.js')], ['[data-travel]', () => import('./travel.js')]]) {
  const part = document.querySelector(mark);
  if (part) load().then(({ start }) => start(part, document.querySelector('[data-diagram]')));
}
