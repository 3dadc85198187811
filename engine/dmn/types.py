"""Types of DMN: what a value must be, and the conversions the standard makes before it says no.

A type here is a `Type` whose `accepts(value)` answers for a value that is not null; null belongs to every type.
Rules: DMN 1.5, 7.3.3 (item definitions), 10.3.2.9 (types and conformance), 10.3.2.9.4 (implicit conversions).
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from engine.dmn.effort import TooMuch, spend
from engine.dmn.errors import DmnError
from engine.dmn.model import ItemDefinition
from engine.feel import FeelError, compile_unary_tests
from engine.feel.effort import Effort
from engine.feel.temporal import DateTime, DayTimeDuration, FarDate, Time, YearMonthDuration
from engine.feel.values import FeelFunction, Range

Accepts = Callable[[object], bool]

_MAX_DEPTH = 40
_MAX_LEVELS = 100
"""Definitions which are open at a time while one is built: those inside it, and those it refers to."""
_MAX_REFERENCE = 500


@dataclass(frozen=True, slots=True)
class Type:
    """A type: its name for messages, its test, the item type when it is a list, and whether dates become date-times."""

    name: str
    accepts: Accepts
    item: "Type | None" = None
    is_list: bool = False
    from_date: bool = False
    result: "Type | None" = None
    """The result of calling a value of this type, when it is a function type."""
    allowed: str = ""
    """The unary tests which limit it: for an output column their order is the priority."""


ANY = Type("Any", lambda value: True)


def _instance(name: str, *kinds: type) -> Type:
    return Type(name, lambda value: type(value) in kinds)


_NUMBER = _instance("number", Decimal)
_DATE_TIME = Type("date and time", lambda value: type(value) is DateTime, from_date=True)
_DAYS = _instance("days and time duration", DayTimeDuration)
_MONTHS = _instance("years and months duration", YearMonthDuration)

_BUILT_IN: dict[str, Type] = {
    "any": ANY,
    "number": _NUMBER,
    "integer": _NUMBER,
    "int": _NUMBER,
    "long": _NUMBER,
    "double": _NUMBER,
    "string": _instance("string", str),
    "boolean": _instance("boolean", bool),
    "date": _instance("date", dt.date, FarDate),
    "time": _instance("time", Time),
    "datetime": _DATE_TIME,
    "date and time": _DATE_TIME,
    "daytimeduration": _DAYS,
    "days and time duration": _DAYS,
    "yearmonthduration": _MONTHS,
    "years and months duration": _MONTHS,
    "duration": _instance("duration", DayTimeDuration, YearMonthDuration),
    "context": _instance("context", dict),
    "function": _instance("function", FeelFunction),
    "range": _instance("range", Range),
    "list": Type("list", lambda value: isinstance(value, list), ANY, True),
    "null": Type("null", lambda value: value is None),
}


def result_of(kind: Type) -> Type:
    """What calling gives: the result of a function type, or (before DMN 1.3) the type of the variable itself."""
    return kind.result if kind.result is not None else kind


class Types:
    """The item definitions of one file and, under their import names, of the files it imports."""

    def __init__(
        self,
        items: Mapping[str, ItemDefinition],
        imported: Mapping[str, "Types"],
        *,
        limited: bool = True,
        effort: Effort | None = None,
    ) -> None:
        """items: the file's own definitions by name; imported: the types of each import by its name.

        limited: whether allowed values belong to a type; they do, except for `instance of`. effort: what may be built.
        """
        self._items = items
        self._imported = imported
        self._limited = limited
        self._known: dict[str, Type] = {}
        self._open: set[str] = set()
        self._effort = effort or Effort()
        self._levels = 0

    def structural(self) -> "Types":
        """The same types without their allowed values: what `instance of` asks for (DMN 1.5, 10.3.2.9.3)."""
        imported = {name: types.structural() for name, types in self._imported.items()}
        same = Types(self._items, imported, limited=False)
        same.check()
        return same

    def check(self) -> None:
        """Build all types, so that evaluating changes nothing. Raises DmnError for names which only mean each other,
        and for more than can be built."""
        self._check_names()
        for name in self._items:
            try:
                self.get(name)
            except TooMuch:
                raise
            except DmnError:  # an unknown type inside is noted where the type is used
                continue

    def _check_names(self) -> None:
        sound: set[str] = set()
        for name in self._items:
            seen: set[str] = set()
            item: ItemDefinition | None = self._items[name]
            while item is not None and item.name not in sound and _is_alias(item):
                if item.name in seen:
                    raise DmnError("the type is defined by itself", name, zh="类型由自身定义")
                seen.add(item.name)
                item = self._items.get(item.type_ref)
            sound |= seen

    def names(self) -> list[str]:
        """The names `instance of` may use: own ones, and imported ones as `import.name`."""
        own = list(self._items)
        return own + [f"{prefix}.{name}" for prefix, types in self._imported.items() for name in types.names()]

    def get(self, reference: str) -> Type:
        """The type a `typeRef` means; ANY for an empty one. Raises DmnError for an unknown name."""
        reference = " ".join(reference.split())
        if not reference:
            return ANY
        if len(reference) > _MAX_REFERENCE:
            raise DmnError("unknown type", reference[:60], zh="未知类型")
        found = self._known.get(reference)
        if found is None:
            inside = reference in self._open
            found = self._find(reference)
            if not inside:  # a type met while it is being built is only a stand-in
                self._known[reference] = found
        return found

    def _find(self, reference: str) -> Type:
        item = self._items.get(reference)
        if item is not None:
            return self._open_item(item, reference)
        built_in = _BUILT_IN.get(reference.lower())
        if built_in is not None:
            return built_in
        for separator in (".", ":"):
            prefix, _, rest = reference.partition(separator)
            if rest and prefix in self._imported:
                return self._imported[prefix].get(rest)
        prefix, _, rest = reference.partition(":")
        if rest and (rest in self._items or rest.lower() in _BUILT_IN):
            return self.get(rest)
        if reference.startswith("list<") and reference.endswith(">"):
            return list_of(self.get(reference[5:-1]))
        raise DmnError("unknown type", reference, zh="未知类型")

    def _open_item(self, item: ItemDefinition, reference: str) -> Type:
        if reference in self._open:  # a type which holds itself: look it up again when a value is tested
            return Type(reference, lambda value: self.get(reference).accepts(value))
        self._open.add(reference)
        try:
            return self.build(item)
        finally:
            self._open.discard(reference)

    def build(self, item: ItemDefinition, depth: int = 0) -> Type:
        """The type of an item definition or of one of its components."""
        if depth > _MAX_DEPTH:
            raise DmnError(f"types are nested deeper than {_MAX_DEPTH}", item.name, zh=f"类型嵌套超过 {_MAX_DEPTH} 层")
        if self._levels >= _MAX_LEVELS:
            zh = f"类型相互引用超过 {_MAX_LEVELS} 层"
            raise TooMuch(f"types refer to each other over more than {_MAX_LEVELS} levels", item.name, zh=zh)
        spend(self._effort, element=item.name)
        self._levels += 1
        try:
            base = self._base(item, depth)
        finally:
            self._levels -= 1
        if not self._limited:
            base = list_of(base) if item.is_collection else base
            return Type(item.name, base.accepts, base.item, base.is_list, base.from_date, base.result)
        if item.allowed and not item.is_collection and base.is_list:
            base = list_of(self._within(base.item or ANY, item.allowed, item.name), base.name)
        elif item.allowed:
            base = self._within(base, item.allowed, item.name)
        if item.is_collection:
            base = list_of(base)
        if item.constraint:
            base = self._within(base, item.constraint, item.name)
        allowed = item.allowed or base.allowed
        return Type(item.name, base.accepts, base.item, base.is_list, base.from_date, base.result, allowed)

    def _within(self, base: Type, tests: str, element: str) -> Type:
        spend(self._effort, tests, element=element)
        return _limited(base, tests, element)

    def _base(self, item: ItemDefinition, depth: int) -> Type:
        if item.parameters is not None:
            return self._function(item)
        if item.components:
            parts = [(part.name, self.build(part, depth + 1)) for part in item.components]
            return Type(item.name, lambda value: _has_parts(value, parts))
        return self.get(item.type_ref)

    def _function(self, item: ItemDefinition) -> Type:
        count = len(item.parameters or ())
        result = self.get(item.result)

        def accepts(value: object) -> bool:
            return isinstance(value, FeelFunction) and len(value.parameters) == count

        return Type(item.name, accepts, result=result)


def _is_alias(item: ItemDefinition) -> bool:
    return not (item.components or item.is_collection or item.parameters is not None)


def list_of(item: Type, name: str = "") -> Type:
    """The type of lists whose items all are of `item`."""

    def accepts(value: object) -> bool:
        return isinstance(value, list) and all(part is None or item.accepts(part) for part in value)

    return Type(name or f"list<{item.name}>", accepts, item, True)


def _has_parts(value: object, parts: list[tuple[str, Type]]) -> bool:
    if not isinstance(value, dict):
        return False
    return all(name in value and (value[name] is None or part.accepts(value[name])) for name, part in parts)


def _limited(base: Type, tests_text: str, element: str) -> Type:
    try:
        tests = compile_unary_tests(tests_text)
    except FeelError as error:
        raise DmnError(
            f"the allowed values are not unary tests: {error}", element, zh=f"允许值不是有效的单元测试：{error}"
        ) from error

    def accepts(value: object) -> bool:
        return base.accepts(value) and tests.evaluate(value, {}) is True

    return Type(base.name, accepts, base.item, base.is_list, base.from_date, base.result)


def convert(value: object, wanted: Type) -> tuple[object, bool]:
    """The value as the type wants it, and whether it fits; (None, False) when it does not (DMN 1.5, 10.3.2.9.4)."""
    if value is None or wanted.accepts(value):
        return value, True
    if wanted.from_date and isinstance(value, (dt.date, FarDate)):
        return DateTime(value, Time(0, 0, 0, offset=0)), True
    if isinstance(value, list):
        if not wanted.is_list and len(value) == 1 and (value[0] is None or wanted.accepts(value[0])):
            return value[0], True
    elif wanted.is_list and wanted.accepts([value]):
        return [value], True
    return None, False
