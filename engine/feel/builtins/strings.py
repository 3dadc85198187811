"""String functions (DMN 1.5, 10.3.4.3). Lengths and positions count Unicode characters, from 1."""

from decimal import Decimal
from typing import Any

from engine.feel.builtins import patterns
from engine.feel.builtins.registry import Failed, builtin, whole
from engine.feel.values import Value


@builtin("substring", "string: string, start position: number, length?: number")
def substring(string: str, start: Decimal, length: Decimal | None = None) -> Value:
    """From the start position, negative counted from the end; null for position 0, outside the string or no length."""
    position = whole(start)
    if position == 0 or abs(position) > len(string):
        raise Failed("the start position lies outside the string")
    begin = position - 1 if position > 0 else len(string) + position
    if length is None:
        return string[begin:]
    count = whole(length)
    if count < 1:
        raise Failed("the length is less than 1")
    return string[begin : begin + count]


@builtin("string length", "string: string")
def string_length(string: str) -> Value:
    """The number of characters."""
    return Decimal(len(string))


@builtin("upper case", "string: string")
def upper_case(string: str) -> Value:
    """All letters as capitals."""
    return string.upper()


@builtin("lower case", "string: string")
def lower_case(string: str) -> Value:
    """All letters small."""
    return string.lower()


@builtin("substring before", "string: string, match: string")
def substring_before(string: str, match: str) -> Value:
    """What stands before the first match, empty without one."""
    return string.partition(match)[0] if match and match in string else ""


@builtin("substring after", "string: string, match: string")
def substring_after(string: str, match: str) -> Value:
    """What stands after the first match, empty without one."""
    return string.partition(match)[2] if match else string


@builtin("contains", "string: string, match: string")
def contains(string: str, match: str) -> Value:
    """Whether the match is in the string."""
    return match in string


@builtin("starts with", "string: string, match: string")
def starts_with(string: str, match: str) -> Value:
    """Whether the string begins with the match."""
    return string.startswith(match)


@builtin("ends with", "string: string, match: string")
def ends_with(string: str, match: str) -> Value:
    """Whether the string ends with the match."""
    return string.endswith(match)


@builtin("matches", "input: string, pattern: string, flags?: string?", run=True)
def matches(run: Any, input_: str, pattern: str, flags: str | None = None) -> Value:
    """Whether the XPath regular expression matches somewhere in the input."""
    return patterns.matches(run.meter, input_, pattern, flags or "")


@builtin("replace", "input: string, pattern: string, replacement: string, flags?: string?", run=True)
def replace(run: Any, input_: str, pattern: str, replacement: str, flags: str | None = None) -> Value:
    """Every match replaced; `$1` is the first group, `$0` the match, `\\$` a dollar sign."""
    return patterns.replace(run.meter, input_, pattern, replacement, flags or "")


@builtin("split", "string: string, delimiter: string", run=True)
def split(run: Any, string: str, delimiter: str) -> Value:
    """The parts between the matches of a regular expression."""
    return patterns.split(run.meter, string, delimiter)


@builtin("string join", "list: list, delimiter?: string?", run=True)
def string_join(run: Any, items: list[Value], delimiter: str | None = None) -> Value:
    """The strings of a list with the delimiter between them; nulls are left out."""
    texts = [item for item in items if item is not None]
    if not all(isinstance(item, str) for item in texts):
        raise Failed("an item is no string")
    run.meter.write(sum(map(len, texts)) + len(delimiter or "") * len(texts))
    return (delimiter or "").join(texts)
