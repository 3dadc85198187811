"""XPath 3.1 regular expressions -> the dialect of the `regex` package (version 1), or a refusal.

Follows XML Schema Part 2, appendix F, and XPath Functions and Operators 3.1, 5.6: character classes with subtraction,
`\\i \\c \\p{..}`, back references, reluctant quantifiers; no look-around, no inline flags, no named groups.
"""

import re

from engine.feel.builtins.registry import Failed

_NAME_START = (
    "A-Z_a-z:\\u00C0-\\u00D6\\u00D8-\\u00F6\\u00F8-\\u02FF\\u0370-\\u037D\\u037F-\\u1FFF\\u200C-\\u200D"
    "\\u2070-\\u218F\\u2C00-\\u2FEF\\u3001-\\uD7FF\\uF900-\\uFDCF\\uFDF0-\\uFFFD"
)
_NAME_PART = f"{_NAME_START}\\-.0-9\\u00B7\\u0300-\\u036F\\u203F-\\u2040"
_CLASSES = {
    "d": "\\p{Nd}",
    "D": "\\P{Nd}",
    "w": "[^\\p{P}\\p{Z}\\p{C}]",
    "W": "[\\p{P}\\p{Z}\\p{C}]",
    "s": "[ \\t\\n\\r]",
    "S": "[^ \\t\\n\\r]",
    "i": f"[{_NAME_START}]",
    "I": f"[^{_NAME_START}]",
    "c": f"[{_NAME_PART}]",
    "C": f"[^{_NAME_PART}]",
}
_SINGLE = {"n": "\\n", "r": "\\r", "t": "\\t"}
_LITERAL = frozenset("\\|.-^?*+{}()[]$")
_PROPERTY = re.compile(r"\{(Is[A-Za-z0-9-]+|L[ultmo]?|M[nce]?|N[dlo]?|P[cdseifo]?|Z[slp]?|S[mcko]?|C[cfon]?)\}")
_QUANTITY = re.compile(r"\{([0-9]{1,4})(?:(,)([0-9]{0,4}))?\}")
MAX_REPEAT = 1_000
MAX_SIZE = 5_000
"""Of a pattern with its counted repetitions written out, which is how they may be compiled."""
MAX_NESTING = 30


class _Translator:
    def __init__(self, pattern: str, *, dot_all: bool) -> None:
        self.pattern = pattern
        self.dot_all = dot_all
        self.position = 0
        self.groups = 0
        self.size = 0
        self.closed: set[int] = set()

    def refuse(self) -> Failed:
        return Failed(f"the pattern is no regular expression (character {self.position + 1})")

    def peek(self) -> str:
        return self.pattern[self.position : self.position + 1]

    def branches(self, depth: int) -> str:
        if depth > MAX_NESTING:
            raise self.refuse()
        out: list[str] = []
        total = 0
        while self.position < len(self.pattern) and self.peek() != ")":
            if self.peek() == "|":
                self.position += 1
                out.append("|")
                continue
            self.size = 1
            atom = self.atom(depth)
            quantifier, times = self.quantifier(atom)
            total += self.size * times
            if total > MAX_SIZE:
                raise self.refuse()
            out.append(atom + quantifier)
        self.size = total
        return "".join(out)

    def quantifier(self, atom: str) -> tuple[str, int]:
        """The quantifier after an atom, and how many copies of the atom it may be compiled to."""
        char = self.peek()
        times = 1
        if char not in ("?", "*", "+", "{") or not char:
            return "", times
        if char == "{":
            match = _QUANTITY.match(self.pattern, self.position)
            if (
                match is None
                or int(match[1]) > MAX_REPEAT
                or (match[3] and not int(match[1]) <= int(match[3]) <= MAX_REPEAT)
            ):
                raise self.refuse()
            text = match.group()
            times = max(int(match[1]), int(match[3] or 0), 1)
        else:
            text = char
        if atom in ("^", "$"):
            raise self.refuse()
        self.position += len(text)
        if self.peek() == "?":
            self.position += 1
            text += "?"
        if self.peek() in ("?", "*", "+", "{") and self.peek():
            raise self.refuse()
        return text, times

    def atom(self, depth: int) -> str:
        char = self.peek()
        if char == "(":
            return self.group(depth)
        if char == "[":
            return self.char_class(0)
        if char == "\\":
            return self.escape()
        if char in "?*+{}]":
            raise self.refuse()
        self.position += 1
        if char == ".":
            return "(?s:.)" if self.dot_all else "[^\\n\\r]"
        return char if char in "^$" else _quoted(char)

    def group(self, depth: int) -> str:
        self.position += 1
        number = 0
        if self.pattern.startswith("?:", self.position):
            self.position += 2
            opening = "(?:"
        elif self.peek() == "?":
            raise self.refuse()
        else:
            self.groups += 1
            number, opening = self.groups, "("
        inner = self.branches(depth + 1)
        if self.peek() != ")":
            raise self.refuse()
        self.position += 1
        self.closed.add(number)
        return f"{opening}{inner})"

    def escape(self) -> str:
        following = self.pattern[self.position + 1 : self.position + 2]
        if following.isascii() and following.isdigit():
            return self.back_reference()
        return self.class_escape()

    def back_reference(self) -> str:
        end = self.position + 2
        while end < len(self.pattern) and self.pattern[end].isascii() and self.pattern[end].isdigit():
            if int(self.pattern[self.position + 1 : end + 1]) > self.groups:
                break
            end += 1
        number = int(self.pattern[self.position + 1 : end])
        if number not in self.closed or number == 0:
            raise self.refuse()
        self.position = end
        # A group which took no part matches the empty text in XPath.
        return f"(?({number})\\g<{number}>|)"

    def class_escape(self) -> str:
        following = self.pattern[self.position + 1 : self.position + 2]
        if following in ("p", "P"):
            match = _PROPERTY.match(self.pattern, self.position + 2)
            if match is None:
                raise self.refuse()
            self.position = match.end()
            name = match[1]
            return f"\\{following}{{{'Block=' + name[2:] if name.startswith('Is') else name}}}"
        if following in _CLASSES:
            text = _CLASSES[following]
        elif following in _SINGLE:
            text = _SINGLE[following]
        elif following and following in _LITERAL:
            text = "\\" + following
        else:
            raise self.refuse()
        self.position += 2
        return text

    def char_class(self, depth: int) -> str:
        if depth > MAX_NESTING:
            raise self.refuse()
        self.position += 1
        negated = self.peek() == "^"
        self.position += negated
        parts: list[str] = []
        subtracted = ""
        while self.peek() != "]" or not parts:
            if not self.peek():
                raise self.refuse()
            if self.pattern.startswith("-[", self.position) and parts:
                self.position += 1
                subtracted = self.char_class(depth + 1)
                if self.peek() != "]":
                    raise self.refuse()
                break
            parts.append(self.class_part(bool(parts)))
        self.position += 1
        body = f"[{'^' if negated else ''}{''.join(parts)}]"
        return f"[{body}--{subtracted}]" if subtracted else body

    def class_part(self, inside: bool) -> str:
        low, single = self.class_char(inside)
        following = self.pattern[self.position + 1 : self.position + 2]
        if self.peek() != "-" or following in ("]", "[", ""):
            return low
        self.position += 1
        if not single:
            raise self.refuse()
        high, single_high = self.class_char(True)
        if not single_high:
            raise self.refuse()
        return f"{low}-{high}"

    def class_char(self, inside: bool) -> tuple[str, bool]:
        char = self.peek()
        if char == "\\":
            text = self.class_escape()
            return text, len(text) == 2
        if char in ("[", "]"):
            raise self.refuse()
        if char == "-" and inside and self.pattern[self.position + 1 : self.position + 2] not in ("]", ""):
            raise self.refuse()
        self.position += 1
        return _quoted(char), True


def _quoted(char: str) -> str:
    return char if char.isalnum() or ord(char) > 127 else f"\\x{ord(char):02x}"


def translate(pattern: str, flags: str) -> str:
    """The pattern for `regex` version 1; raises Failed when XPath does not allow it. `x` is done here.

    Spaces go, but not in classes.
    """
    if "q" in flags:
        return "".join(map(_quoted, pattern))
    if "x" in flags:
        pattern = _without_spaces(pattern)
    translator = _Translator(pattern, dot_all="s" in flags)
    result = translator.branches(0)
    if translator.position < len(pattern):
        raise translator.refuse()
    return result


def _without_spaces(pattern: str) -> str:
    out: list[str] = []
    depth = 0
    escaped = False
    for char in pattern:
        if depth == 0 and char in " \t\n\r":
            continue
        if not escaped:
            depth += (char == "[") - (char == "]" and depth > 0)
        escaped = char == "\\" and not escaped
        out.append(char)
    return "".join(out)
