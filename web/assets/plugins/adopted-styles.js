// CodeMirror (the FEEL editor) would write a <style> element, which the content security policy forbids; style-mod
// knows constructed style sheets but uses them in shadow roots only. Let it use them in the document too.
const file = /style-mod[\\/]src[\\/]style-mod\.js$/;
const condition = '!root.head && root.adoptedStyleSheets';

export default function adoptedStyles() {
  return {
    name: 'adopted-styles',
    transform(code, id) {
      if (!file.test(id)) return null;
      if (!code.includes(condition)) throw new Error('style-mod chooses its style sheets in another way now');
      return { code: code.replace(condition, 'root.adoptedStyleSheets'), map: null };
    },
  };
}
