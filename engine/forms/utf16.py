"""Text as a browser counts it: in UTF-16 code units, with the white space of ECMA-262."""

import re

_ASTRAL = re.compile("[\U00010000-\U0010ffff]")
_SPACES = (
    "\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000\ufeff"
)


def units(text: str) -> str:
    """The text with every character beyond U+FFFF as its two surrogates."""
    return _ASTRAL.sub(lambda found: _pair(ord(found[0]) - 0x10000), text)


def _pair(code: int) -> str:
    return chr(0xD800 + (code >> 10)) + chr(0xDC00 + (code & 0x3FF))


def length(text: str) -> int:
    """`text.length`."""
    return len(text) + len(_ASTRAL.findall(text))


def trim(text: str) -> str:
    """`text.trim()` (ECMA-262, 22.1.3.32)."""
    return text.strip(_SPACES)
