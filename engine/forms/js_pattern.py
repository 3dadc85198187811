"""A regular expression of JavaScript -> the same one for the `regex` package, and how large it is.

Form-js tests `new RegExp(pattern).test(value)`: ECMA-262 (22.2) without flags, on UTF-16 code units. What other
languages write and JavaScript reads as plain text (`\\A`, `[[:alpha:]]`, `{e<=1}`) is refused: no author means that.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from engine.forms.utf16 import units

MAX_SIZE = 5_000
"""How many simple parts a pattern may come to when its repeats are written out."""
_DEEP = 50
_SPACES = r"\t\n\v\f\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
_CLASSES = {"d": "0-9", "w": "A-Za-z0-9_", "s": _SPACES}
_EVERYTHING = r"[\u0000-\uffff]"
_NOTHING = "(?!)"
_LINE_ENDS = r"\n\r\u2028\u2029"
_CONTROLS = {"t": 9, "n": 10, "v": 11, "f": 12, "r": 13}
_COUNT = re.compile(r"\{(\d{1,9})(?:(,)(\d{1,9})?)?\}")
_NAME = re.compile(r"<([A-Za-z_][A-Za-z0-9_]*)>")
_LOOKS = ("(?=", "(?!", "(?<=", "(?<!")


class Refused(ValueError):
    """The pattern cannot be used; `found` is the part which is foreign to JavaScript, `heavy` that it is too large."""

    def __init__(self, found: str = "", *, heavy: bool = False) -> None:
        super().__init__(found)
        self.found = found
        self.heavy = heavy


class Translated(NamedTuple):
    """A pattern for the `regex` package, and its size as `MAX_SIZE` counts."""

    text: str
    size: int


def translate(pattern: str) -> Translated:
    """The pattern in the other dialect; raises Refused."""
    reader = _Reader(units(pattern))
    found = reader.alternatives(0)
    if reader.at < len(reader.text):
        raise Refused  # a `)` too many
    return found


class _Reader:
    """Reads a pattern from left to right, term by term."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.groups = 0
        self.closed: set[int] = set()
        self.names: dict[str, int] = {}

    def alternatives(self, depth: int) -> Translated:
        if depth > _DEEP:
            raise Refused(heavy=True)
        branches = [self._branch(depth)]
        while self._take("|"):
            branches.append(self._branch(depth))
        size = sum(each.size for each in branches)
        return Translated("|".join(each.text for each in branches), size)

    def _take(self, text: str) -> bool:
        taken = self.text.startswith(text, self.at)
        self.at += len(text) if taken else 0
        return taken

    def _next(self) -> str:
        if self.at >= len(self.text):
            raise Refused
        self.at += 1
        return self.text[self.at - 1]

    def _branch(self, depth: int) -> Translated:
        texts, size = [], 1
        while self.at < len(self.text) and self.text[self.at] not in "|)":
            text, inner = self._term(depth)
            texts.append(text)
            size += inner
            if size > MAX_SIZE:
                raise Refused(heavy=True)
        return Translated("".join(texts), size)

    def _term(self, depth: int) -> Translated:
        for mark, meaning in (("^", "^"), ("$", r"\Z"), (r"\b", r"\b"), (r"\B", r"\B")):
            if self._take(mark):
                return Translated(meaning, 1)
        for look in _LOOKS:
            if self._take(look):
                inner = self._group_end(depth)
                return Translated(f"{look}{inner.text})", inner.size)
        return self._repeated(self._atom(depth))

    def _group_end(self, depth: int) -> Translated:
        inner = self.alternatives(depth + 1)
        if not self._take(")"):
            raise Refused
        return inner

    def _atom(self, depth: int) -> Translated:
        char = self._next()
        if char == "(":
            return self._group(depth)
        if char == "[":
            return Translated(self._class(), 1)
        if char == ".":
            return Translated(f"[^{_LINE_ENDS}]", 1)
        if char == "\\":
            return Translated(self._escape(), 1)
        if char in "*+?":
            raise Refused
        if char == "{":
            raise Refused(self.text[self.at - 1 : self.at + 9])
        return Translated(_literal(ord(char)), 1)

    def _group(self, depth: int) -> Translated:
        if self._take("?:"):
            inner = self._group_end(depth)
            return Translated(f"(?:{inner.text})", inner.size)
        if self.text.startswith("?", self.at):
            start = self.at
            name = _NAME.match(self.text, start + 1)
            if name is None or name[1] in self.names:
                raise Refused(self.text[start - 1 : start + 3])
            self.at = name.end()
            self.names[name[1]] = self.groups + 1
        self.groups += 1
        number = self.groups
        inner = self._group_end(depth)
        self.closed.add(number)
        return Translated(f"({inner.text})", inner.size)

    def _escape(self) -> str:
        char = self._next()
        if char in _CLASSES:
            return f"[{_CLASSES[char]}]"
        if char.lower() in _CLASSES:
            return f"[^{_CLASSES[char.lower()]}]"
        if char == "k":
            name = _NAME.match(self.text, self.at)
            if name is None:
                raise Refused(r"\k")
            self.at = name.end()
            return self._reference(self.names.get(name[1], 0), rf"\k<{name[1]}>")
        if char in "123456789":
            digits = char
            while self.at < len(self.text) and self.text[self.at].isdecimal() and len(digits) < 3:
                digits += self._next()
            return self._reference(int(digits), f"\\{digits}")
        return _literal(self._code(char))

    def _reference(self, number: int, found: str) -> str:
        """A reference to a group that took no part matches nothing of the text (ECMA-262, 22.2.2.7.2)."""
        if number not in self.closed:
            raise Refused(found)
        return rf"(?({number})\{number}|)"

    def _code(self, char: str) -> int:
        """The code unit which an escape stands for."""
        if char in _CONTROLS:
            return _CONTROLS[char]
        if char == "0" and not self.text[self.at : self.at + 1].isdecimal():
            return 0
        for mark, length in (("x", 2), ("u", 4)):
            if char == mark:
                digits = self.text[self.at : self.at + length]
                if re.fullmatch(f"[0-9A-Fa-f]{{{length}}}", digits) is None:
                    raise Refused(f"\\{char}{digits}")
                self.at += length
                return int(digits, 16)
        if char == "c" and re.match("[A-Za-z]", self.text[self.at :]):
            return ord(self._next()) % 32
        if char.isascii() and char.isalnum():
            raise Refused(f"\\{char}")
        return ord(char)

    def _class(self) -> str:
        negated = self._take("^")
        if self._take("]"):
            return _EVERYTHING if negated else _NOTHING
        if self.text.startswith("[:", self.at) and ":]" in self.text[self.at :]:
            raise Refused(self.text[self.at : self.at + 12].partition(":]")[0] + ":]")
        parts = []
        while not self._take("]"):
            low = self._member()
            if self.text.startswith("-", self.at) and self.text[self.at + 1 : self.at + 2] not in {"]", ""}:
                self.at += 1
                high = self._member()
                if isinstance(low, int) and isinstance(high, int):
                    if low > high:
                        raise Refused
                    parts.append(f"{_literal(low)}-{_literal(high)}")
                else:  # `[\d-x]`: three members (ECMA-262, B.1.2)
                    parts.extend((_member_text(low), r"\-", _member_text(high)))
            else:
                parts.append(_member_text(low))
        return f"[{'^' if negated else ''}{''.join(parts)}]"

    def _member(self) -> int | str:
        """One member of a class: a code unit, or the inside of another class."""
        char = self._next()
        if char != "\\":
            return ord(char)
        char = self._next()
        if char in _CLASSES:
            return _CLASSES[char]
        if char.lower() in _CLASSES:
            return _inverse(char.lower())
        return 8 if char == "b" else self._code(char)

    def _repeated(self, atom: Translated) -> Translated:
        least, most = 1, 1
        count = _COUNT.match(self.text, self.at)
        sign = self.text[self.at : self.at + 1]
        if count is not None:
            self.at = count.end()
            least = int(count[1])
            most = int(count[3]) if count[3] else least
            if most < least:
                raise Refused
            text = count[0]
        elif sign and sign in "*+?":
            self.at += 1
            text = sign
        else:
            return atom
        lazy = "?" if self._take("?") else ""
        if self.text[self.at : self.at + 1] in {"*", "+", "?"} or _COUNT.match(self.text, self.at):
            raise Refused(self.text[self.at - len(text + lazy) : self.at + 1])
        size = atom.size * max(most, 1) + 1
        if size > MAX_SIZE:
            raise Refused(heavy=True)
        return Translated(f"(?:{atom.text}){text}{lazy}" if atom.size == 1 else f"{atom.text}{text}{lazy}", size)


def _literal(code: int) -> str:
    return chr(code) if chr(code).isalnum() and code < 128 else f"\\u{code:04x}"


def _member_text(member: int | str) -> str:
    return _literal(member) if isinstance(member, int) else member


@cache
def _inverse(name: str) -> str:
    """The members of `\\D`, `\\W` or `\\S` as ranges."""
    inside = re.compile(f"[{_CLASSES[name]}]")
    outside, start = "", None
    for code in range(0x10000):
        if inside.match(chr(code)):
            if start is not None:
                outside += f"{_literal(start)}-{_literal(code - 1)}"
            start = None
        elif start is None:
            start = code
    return f"{outside}{_literal(start or 0)}-\\uffff"
