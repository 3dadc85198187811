// How every diagram looks: the colours of the theme, and the page's letters. A drawing measures its labels with the
// font it is given, so `inherit` would measure another one than is shown, and labels would run out of their boxes.
export const colours = {
  defaultFillColor: 'var(--surface)',
  defaultStrokeColor: 'var(--ink)',
  defaultLabelColor: 'var(--ink)',
};

export const letters = () => ({ defaultStyle: { fontFamily: getComputedStyle(document.body).fontFamily } });

export const look = () => ({ bpmnRenderer: colours, drdRenderer: colours, textRenderer: letters() });
