// A name of ten thousand characters is not drawn over the whole diagram.
const MOST = 160; // characters of a name which are drawn; the panel shows all of it

class ShortTexts {
  static $inject = ['textRenderer'];

  constructor(textRenderer) {
    const create = textRenderer.createText;
    textRenderer.createText = (text, options) => create(text?.length > MOST ? `${text.slice(0, MOST)}…` : text, options);
  }
}

export const ShortTextsModule = { __init__: ['shortTexts'], shortTexts: ['type', ShortTexts] };
