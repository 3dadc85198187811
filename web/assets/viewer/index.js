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
