// Tabs after the WAI-ARIA pattern; the chosen one is kept for the session. A panel announces itself with `shown`,
// so that diagrams draw only when they have a size.

// A row of tabs may be wider than its place: the chosen one is always in sight.
export function showChosen(list) {
  const chosen = list.querySelector('[aria-current="page"], [aria-selected="true"]');
  if (chosen) list.scrollLeft = chosen.offsetLeft - list.offsetLeft - (list.clientWidth - chosen.offsetWidth) / 2;
}

export function showChosenTabs() {
  document.querySelectorAll('.tabs').forEach(showChosen);
}

function choose(list, tab, focus) {
  for (const one of list.querySelectorAll('[role="tab"]')) {
    const chosen = one === tab;
    one.setAttribute('aria-selected', String(chosen));
    one.tabIndex = chosen ? 0 : -1;
    const panel = document.getElementById(one.getAttribute('aria-controls'));
    panel.hidden = !chosen;
    if (chosen) panel.dispatchEvent(new CustomEvent('shown', { bubbles: true }));
  }
  if (focus) tab.focus();
  showChosen(list);
  if (list.dataset.name) sessionStorage.setItem(`tab:${list.dataset.name}`, tab.id);
}

export function startTabs() {
  for (const list of document.querySelectorAll('[role="tablist"]')) {
    const tabs = [...list.querySelectorAll('[role="tab"]')];
    if (!tabs.length) continue;
    const kept = sessionStorage.getItem(`tab:${list.dataset.name}`);
    const wanted = tabs.find((tab) => `#${tab.id}` === location.hash) ?? tabs.find((tab) => tab.id === kept);
    choose(list, wanted ?? tabs[0]);
    list.addEventListener('click', (event) => {
      const tab = event.target.closest('[role="tab"]');
      if (tab) choose(list, tab);
    });
    list.addEventListener('keydown', (event) => {
      const at = tabs.indexOf(document.activeElement);
      const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      choose(list, tabs[(to + tabs.length) % tabs.length], true);
    });
  }
}
