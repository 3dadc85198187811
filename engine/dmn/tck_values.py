"""The values of a TCK test-case file: XML -> FEEL values, and whether an actual value is the expected one.

Schema: `testCases.xsd` of the DMN TCK. A `value` says its type by `xsi:type`; some leave it out, then the text is
read as what it looks like. Numbers are equal within 1e-8 (the kit's own tolerance: some expectations are binary
doubles).
"""

import re
from decimal import Decimal, InvalidOperation

from lxml import etree

from engine.dmn.errors import DmnError
from engine.dmn.xml import attribute, child, children, local
from engine.feel import FeelError, compile_expression
from engine.feel.compare import equal, identical
from engine.feel.values import Range, quote

_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
_TOLERANCE = Decimal("1e-8")
_READERS = {"date": "date", "time": "time", "dateTime": "date and time", "duration": "duration"}
_NUMBERS = frozenset({"decimal", "double", "float", "integer", "int", "long", "short", "byte", "nonNegativeInteger"})
_LOOKS_LIKE_NUMBER = re.compile(r"[-+]?\d+(\.\d+)?([eE][-+]?\d+)?\Z")
_LOOKS_LIKE_DATE = re.compile(r"-?\d{4,}-\d\d-\d\d(T.*)?\Z")


def read_value(element: etree._Element | None) -> object:
    """The value inside an `inputNode`, `expected`, `component` or `item` element; None when it is nil or empty."""
    if element is None or attribute_nil(element):
        return None
    found = child(element, "value")
    if found is not None:
        return _scalar(found)
    items = child(element, "list")
    if items is not None:
        return None if attribute_nil(items) else [read_value(item) for item in children(items, "item")]
    components = list(children(element, "component"))
    if components:
        return {attribute(part, "name"): read_value(part) for part in components}
    return None


def attribute_nil(element: etree._Element) -> bool:
    """Whether the element says `xsi:nil`."""
    return element.get(f"{_XSI}nil") in {"true", "1"}


def _scalar(element: etree._Element) -> object:
    if attribute_nil(element):
        return None
    text = element.text or ""
    kind = (element.get(f"{_XSI}type") or "").rpartition(":")[2]
    if kind == "string":
        return text
    text = text.strip()
    if kind in _NUMBERS:
        return _number(text)
    if kind == "boolean":
        return text in {"true", "1"}
    if kind in _READERS:
        return _temporal(_READERS[kind], text)
    if kind:
        raise DmnError(f"unknown value type {kind}", local(element), zh=f"未知的值类型 {kind}")
    return _guessed(text)


def _number(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise DmnError("not a number", text, zh="不是数字") from error


def _temporal(function: str, text: str) -> object:
    try:
        return compile_expression(f"{function}({quote(text)})").evaluate({})
    except FeelError as error:
        raise DmnError(f"not a {function}", text, zh=f"不是 {function}") from error


def _guessed(text: str) -> object:
    if not text:
        return None
    if _LOOKS_LIKE_NUMBER.match(text):
        return _number(text)
    if text in {"true", "false"}:
        return text == "true"
    if _LOOKS_LIKE_DATE.match(text):
        return _temporal("date and time" if "T" in text else "date", text)
    return text


def same(expected: object, actual: object) -> bool:
    """Whether the kit would call these equal: numbers within the tolerance, contexts by entries, lists in order."""
    if isinstance(expected, bool) or isinstance(actual, bool) or expected is None or actual is None:
        return expected is actual
    if isinstance(expected, Decimal):
        return isinstance(actual, Decimal) and _close(expected, actual)
    if isinstance(expected, list):
        return isinstance(actual, list) and _all_same(expected, actual)
    if isinstance(expected, dict):
        return (
            isinstance(actual, dict)
            and expected.keys() == actual.keys()
            and all(same(expected[key], actual[key]) for key in expected)
        )
    if isinstance(actual, Range):
        return False
    return identical(expected, actual) or equal(expected, actual) is True


def _close(expected: Decimal, actual: Decimal) -> bool:
    return abs(expected - actual) <= max(_TOLERANCE, abs(expected) * Decimal("1e-12"))


def _all_same(expected: list[object], actual: list[object]) -> bool:
    return len(expected) == len(actual) and all(same(one, two) for one, two in zip(expected, actual, strict=True))
