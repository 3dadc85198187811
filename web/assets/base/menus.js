// A menu in a table: the table cuts off what reaches over its edge, so its list stands free of it, below the button or,
// where there is no room, above; it closes when anything scrolls.
const GAP = 4;

function place(menu) {
  const list = menu.querySelector('.list');
  const button = menu.getBoundingClientRect();
  const { width, height } = list.getBoundingClientRect();
  const below = button.bottom + GAP;
  const fits = below + height <= innerHeight || button.top < height;
  list.style.top = `${fits ? below : button.top - GAP - height}px`;
  list.style.left = `${Math.max(2 * GAP, button.right - width)}px`;
  addEventListener('scroll', () => (menu.open = false), { capture: true, once: true });
}

addEventListener(
  'toggle',
  (event) => {
    if (event.target.open && event.target.matches('.table-box details.menu')) place(event.target);
  },
  { capture: true },
);
