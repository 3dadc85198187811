// Small parts of the studio's own dialogs.
export const element = (tag, properties) => Object.assign(document.createElement(tag), properties);

// A link which gives out a text as a file.
export function download(name, text, label) {
  const link = element('a', { className: 'small', download: name.replaceAll('/', '-'), textContent: label });
  link.href = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
  return link;
}
