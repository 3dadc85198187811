"""Text -> tokens (DMN 1.5, 10.3.1.2, rules 21-35): names one word at a time, comments dropped, strings unescaped.

Names of several words are put together by the parser, which knows the names in scope.
"""

import re
from typing import NamedTuple

from engine.feel.errors import FeelSyntaxError
from engine.feel.messages import MESSAGES

# Rule 28 and 29: what a name starts with, and continues with.
_START = (
    "A-Za-z_?\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d\u2070-\u218f\u2c00-\u2fef"
    "\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_PART = f"{_START}0-9\u00b7\u0300-\u036f\u203f-\u2040"
NAME_PART = re.compile(f"[{_PART}]")
WORD = re.compile(f"[{_START}][{_PART}]*")
# Rule 61-62: vertical and other white space.
SPACE = r"\t\n\x0b\x0c\r \x85\xa0\u1680\u180e\u2000-\u200b\u2028\u2029\u202f\u205f\u3000\ufeff"
SPACES = re.compile(f"[{SPACE}]+")

_TOKEN = re.compile(
    rf"""(?P<space>[{SPACE}]+|//[^\n]*|/\*(?s:.*?)\*/)
    |(?P<number>(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
    |(?P<name>[{_START}][{_PART}]*)
    |(?P<string>"(?:[^"\\]|\\.)*")
    |(?P<operator>\.\.|\*\*|<=|>=|!=|->|[-+*/=<>.,:()\[\]{{}}@])
    |(?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)

KEYWORDS = frozenset(
    {"for", "return", "if", "then", "else", "some", "every", "satisfies", "in", "between", "and", "or"}
    | {"instance", "of", "function", "external", "true", "false", "null"}
)

_SIMPLE_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "'": "'", "\\": "\\"}
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{6})|(.?))", re.DOTALL)


class Token(NamedTuple):
    """kind: name, keyword, number, string, operator, other or end; value: its text (unescaped for strings)."""

    kind: str
    value: str
    start: int
    end: int


def tokenize(text: str) -> list[Token]:
    """All tokens with an `end` token last; a character of no token is kind `other` (names may hold it).

    Raises FeelSyntaxError.
    """
    tokens: list[Token] = []
    for match in _TOKEN.finditer(text):
        kind, value, position = str(match.lastgroup), match.group(), match.start()
        if kind == "space":
            continue
        if kind == "string":
            value = _unescape(text, position, value[1:-1])
        elif kind == "name" and value in KEYWORDS:
            kind = "keyword"
        elif value == "/" and text.startswith("/*", position):
            raise syntax_error("open_comment", position, text)
        elif value == '"':
            raise syntax_error("open_string", position, text)
        tokens.append(Token(kind, value, position, match.end()))
    tokens.append(Token("end", "", len(text), len(text)))
    return tokens


def syntax_error(code: str, position: int, text: str, **facts: object) -> FeelSyntaxError:
    """The error of a message code, in both languages."""
    en, zh = MESSAGES[code]
    return FeelSyntaxError(en.format(**facts), position, text, message_zh=zh.format(**facts))


def _unescape(text: str, position: int, raw: str) -> str:
    if "\\" not in raw:
        return raw

    def replace(match: re.Match[str]) -> str:
        short, long, simple = match.groups()
        if short or long:
            code = int(short or long, 16)
            if code <= 0x10FFFF:
                return chr(code)
        elif simple in _SIMPLE_ESCAPES:
            return _SIMPLE_ESCAPES[simple]
        elif simple not in ("u", "U"):
            return match.group()  # as in the standard's examples: an unknown escape stays as it is written
        raise syntax_error("bad_escape", position + 1 + match.start(), text, found=match.group())

    return join_surrogates(_ESCAPE.sub(replace, raw))


def join_surrogates(text: str) -> str:
    """Pairs of surrogates (`\\uD83D\\uDCA9`) as the one character they mean; a lonely one becomes U+FFFD."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
