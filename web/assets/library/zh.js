// Chinese of the library's own texts.
export default {
  'Not understood': '未能理解',
  Kept: '原样保留',
  Translated: '已转换',
  '“{0}” is published under this key.': '该标识下已发布「{0}」。',
};
