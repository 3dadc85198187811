"""The refusal of a translation."""

from engine.feel.errors import FeelError

_REASONS: dict[str, tuple[str, str]] = {
    "unreadable": ("The expression cannot be read here", "此处无法解析表达式"),
    "too_long": ("The expression is too long or too deeply nested", "表达式过长或嵌套过深"),
    "function": ("The call {found!r} has no clear counterpart in FEEL", "调用 {found!r} 在 FEEL 中没有明确的对应"),
    "construct": ("{found} has no counterpart in FEEL", "{found} 在 FEEL 中没有对应"),
    "name": (
        "The name {found!r} is a word of FEEL; rename the variable",
        "名称 {found!r} 是 FEEL 的保留字，请更改变量名",
    ),
    "mixed": (
        "Here {found} makes a number of the text, in FEEL it does not",
        "此处 {found} 会把文本转成数值，FEEL 不会",
    ),
    "values": (
        "{found!r} of values which are not booleans has no counterpart in FEEL",
        "{found!r} 用于非布尔值，在 FEEL 中没有对应",
    ),
    "index": ("What stands in the brackets may be a position or a key", "方括号中的内容可能是位置，也可能是键"),
    "member": ("Whether {found!r} is a list or a text cannot be seen", "无法判断 {found!r} 是列表还是文本"),
    "number": ("The number is too large", "数值过大"),
}


class NotTranslatable(FeelError):
    """The expression has no clear meaning in FEEL"""

    def __init__(self, code: str, position: int, **facts: object) -> None:
        """code: a reason above; position: offset in characters into the foreign text."""
        en, zh = _REASONS[code]
        self.message = en.format(**facts)
        self.message_zh = zh.format(**facts)
        super().__init__(self.message, position=position)
        self.code = code
        self.position = position
