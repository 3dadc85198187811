"""Where points and ranges lie to each other (DMN 1.5, 10.3.4.9; Allen's interval relations)."""

from collections.abc import Callable

from engine.feel.builtins.range_text import parse_range
from engine.feel.builtins.registry import Failed, builtin
from engine.feel.compare import equal, in_range, less
from engine.feel.values import Range, Value

PointOrRange = Value
_Relation = Callable[[Value, Value], Value]


def _relation(name: str, *signatures: str) -> Callable[[_Relation], _Relation]:
    """Declare a relation under the parameter names of all its signatures; a `range` must be one, a `point` must not."""

    def declare(relation: _Relation) -> _Relation:
        for signature in signatures:
            kinds = (f"{part.strip()}: {'range' if 'range' in part else 'point'}" for part in signature.split(","))
            builtin(name, ", ".join(kinds))(relation)
        return relation

    return declare


def _as_range(value: PointOrRange) -> Range:
    return value if isinstance(value, Range) else Range(value, value, True, True)


def _less(left: Value, right: Value) -> bool:
    verdict = less(left, right)
    if verdict is None:
        raise Failed("the two cannot be compared")
    return verdict


def _same(left: Value, right: Value) -> bool:
    if left is None or right is None:
        return left is right
    verdict = equal(left, right)
    if verdict is None:
        raise Failed("the two cannot be compared")
    return verdict


def _before(left: Range, right: Range) -> bool:
    if left.high is None or right.low is None:
        return False
    return _less(left.high, right.low) or (
        _same(left.high, right.low) and not (left.high_included and right.low_included)
    )


def _starts_no_later(left: Range, right: Range) -> bool:
    """Whether left's low end lies at or before right's."""
    if left.low is None or right.low is None:
        return left.low is None
    return _less(left.low, right.low) or (_same(left.low, right.low) and (left.low_included or not right.low_included))


def _ends_no_earlier(left: Range, right: Range) -> bool:
    if left.high is None or right.high is None:
        return left.high is None
    return _less(right.high, left.high) or (
        _same(left.high, right.high) and (left.high_included or not right.high_included)
    )


def _includes(outer: Range, inner: Range) -> bool:
    return _starts_no_later(outer, inner) and _ends_no_earlier(outer, inner)


def _overlap(left: Range, right: Range) -> bool:
    return not _before(left, right) and not _before(right, left)


@_relation("before", "point1, point2", "point, range", "range, point", "range1, range2")
def before(left: PointOrRange, right: PointOrRange) -> Value:
    """Whether the first ends before the second begins."""
    return _before(*_two(left, right))


@_relation("after", "point1, point2", "point, range", "range, point", "range1, range2")
def after(left: PointOrRange, right: PointOrRange) -> Value:
    """Whether the first begins after the second ends."""
    one, two = _two(left, right)
    return _before(two, one)


def _two(left: PointOrRange, right: PointOrRange) -> tuple[Range, Range]:
    if left is None or right is None:
        raise Failed("null lies nowhere")
    return _as_range(left), _as_range(right)


@builtin("meets", "range1: range, range2: range")
def meets(left: Range, right: Range) -> Value:
    """Whether the first ends exactly where the second begins, that point being in both."""
    same = _same(left.high, right.low)
    return same and left.high is not None and left.high_included and right.low_included


@builtin("met by", "range1: range, range2: range")
def met_by(left: Range, right: Range) -> Value:
    """The other way round of `meets`."""
    return meets(right, left)


@builtin("overlaps", "range1: range, range2: range")
def overlaps(left: Range, right: Range) -> Value:
    """Whether a point lies in both."""
    return _overlap(left, right)


@builtin("overlaps before", "range1: range, range2: range")
def overlaps_before(left: Range, right: Range) -> Value:
    """Whether the first begins earlier and ends inside the second."""
    return _overlap(left, right) and not _starts_no_later(right, left) and _ends_no_earlier(right, left)


@builtin("overlaps after", "range1: range, range2: range")
def overlaps_after(left: Range, right: Range) -> Value:
    """The other way round of `overlaps before`."""
    return overlaps_before(right, left)


def _same_end(left: Range, right: Range) -> bool:
    return _same(left.high, right.high) and left.high_included == right.high_included


def _same_start(left: Range, right: Range) -> bool:
    return _same(left.low, right.low) and left.low_included == right.low_included


@_relation("finishes", "point, range", "range1, range2")
def finishes(left: PointOrRange, right: Range) -> Value:
    """Whether a point is the end of the range, or a range ends with it and begins no earlier."""
    if not isinstance(left, Range):
        return _point(left, right, right.high, right.high_included)
    return _same_end(left, right) and _starts_no_later(right, left)


def _point(point: Value, interval: Range, end: Value, included: bool) -> bool:
    if point is None:
        raise Failed("null lies nowhere")
    return _same(point, end) and included


@_relation("finished by", "range, point", "range1, range2")
def finished_by(left: Range, right: PointOrRange) -> Value:
    """The other way round of `finishes`."""
    return finishes(right, left)


@_relation("starts", "point, range", "range1, range2")
def starts(left: PointOrRange, right: Range) -> Value:
    """Whether a point is the start of the range, or a range begins with it and ends no later."""
    if not isinstance(left, Range):
        return _point(left, right, right.low, right.low_included)
    return _same_start(left, right) and _ends_no_earlier(right, left)


@_relation("started by", "range, point", "range1, range2")
def started_by(left: Range, right: PointOrRange) -> Value:
    """The other way round of `starts`."""
    return starts(right, left)


@_relation("includes", "range, point", "range1, range2")
def includes(left: Range, right: PointOrRange) -> Value:
    """Whether the second lies wholly in the first."""
    if right is None:
        raise Failed("null lies nowhere")
    return _includes(left, right) if isinstance(right, Range) else in_range(right, left)


@_relation("during", "point, range", "range1, range2")
def during(left: PointOrRange, right: Range) -> Value:
    """The other way round of `includes`."""
    return includes(right, left)


@_relation("coincides", "point1, point2", "range1, range2")
def coincides(left: PointOrRange, right: PointOrRange) -> Value:
    """Whether both are the same."""
    if left is None or right is None:
        raise Failed("null lies nowhere")
    if isinstance(left, Range) and isinstance(right, Range):
        ends = [_same(left.low, right.low), _same(left.high, right.high)]  # raises where the kinds differ
        return all(ends) and equal(left, right)
    return equal(left, right)


@builtin("range", "from: string")
def range_(from_: str) -> Value:
    """The range of a text whose ends are literals; an end left out is open: `range("[18..21)")`, `range("(..5]")`."""
    return parse_range(from_)
