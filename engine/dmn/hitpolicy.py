"""From matching rules to one result (DMN 1.5 chapters 8.2.8 to 8.2.11). Pure functions on FEEL values."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from engine.dmn.model import Aggregation, HitPolicy
from engine.feel.compare import less

Row = tuple[object, ...]


class Undecided(Exception):
    """The table gives no decision: its hit policy is violated or its outputs cannot be aggregated"""

    def __init__(self, code: str, message_en: str, message_zh: str) -> None:
        """code: stable short name; messages: one sentence each."""
        super().__init__(message_en)
        self.code, self.message_en, self.message_zh = code, message_en, message_zh


def combine(
    policy: HitPolicy,
    aggregation: Aggregation | None,
    rows: Sequence[Row],
    shape: Callable[[Row], object],
    priorities: Sequence[Sequence[object] | None],
) -> object:
    """The result of `rows`, the outputs of the matching rules in rule order (at least one).

    shape: makes a row a value (the single output, or a context). priorities: for each output its allowed values, most
    important first, None where there are none. Raises Undecided.
    """
    return _POLICIES[policy](aggregation, rows, shape, priorities)


_Policy = Callable[
    [Aggregation | None, Sequence[Row], Callable[[Row], object], Sequence[Sequence[object] | None]], object
]


def _unique(
    _: Aggregation | None, rows: Sequence[Row], shape: Callable[[Row], object], __: Sequence[Sequence[object] | None]
) -> object:
    if len(rows) > 1:
        raise Undecided(
            "not-unique",
            f"{len(rows)} rules match, but hit policy UNIQUE allows one",
            f"命中策略 UNIQUE 只允许一条规则匹配，实际匹配了 {len(rows)} 条",
        )
    return shape(rows[0])


def _any(
    _: Aggregation | None, rows: Sequence[Row], shape: Callable[[Row], object], __: Sequence[Sequence[object] | None]
) -> object:
    if not all(same(row, rows[0]) for row in rows[1:]):
        raise Undecided(
            "not-any",
            "rules with different outputs match, but hit policy ANY wants them equal",
            "命中策略 ANY 要求所有匹配规则的输出相同，实际输出不同",
        )
    return shape(rows[0])


def _first(
    _: Aggregation | None, rows: Sequence[Row], shape: Callable[[Row], object], __: Sequence[Sequence[object] | None]
) -> object:
    return shape(rows[0])


def _priority(
    _: Aggregation | None,
    rows: Sequence[Row],
    shape: Callable[[Row], object],
    priorities: Sequence[Sequence[object] | None],
) -> object:
    return shape(min(rows, key=lambda row: _rank(row, priorities)))


def _output_order(
    _: Aggregation | None,
    rows: Sequence[Row],
    shape: Callable[[Row], object],
    priorities: Sequence[Sequence[object] | None],
) -> object:
    return [shape(row) for row in sorted(rows, key=lambda row: _rank(row, priorities))]


def _collect(
    aggregation: Aggregation | None,
    rows: Sequence[Row],
    shape: Callable[[Row], object],
    _: Sequence[Sequence[object] | None],
) -> object:
    if aggregation is None:
        return [shape(row) for row in rows]
    if aggregation is Aggregation.COUNT:
        return Decimal(len(rows))
    if len(rows[0]) == 1:
        return aggregate(aggregation, [row[0] for row in rows])
    columns = [aggregate(aggregation, list(column)) for column in zip(*rows, strict=True)]
    return shape(tuple(columns))


def aggregate(aggregation: Aggregation, values: Sequence[object]) -> object:
    """SUM of numbers; MIN and MAX of numbers, texts or times of one sort. Raises Undecided for anything else."""
    numbers = [value for value in values if isinstance(value, Decimal)]
    if len(numbers) == len(values):
        if aggregation is Aggregation.SUM:
            return sum(numbers, Decimal(0))
        return min(numbers) if aggregation is Aggregation.MIN else max(numbers)
    if aggregation is not Aggregation.SUM:
        best = values[0]
        for value in values[1:]:
            earlier = less(value, best) if aggregation is Aggregation.MIN else less(best, value)
            if earlier is None:
                break
            best = value if earlier else best
        else:
            if less(best, best) is not None:
                return best
    raise Undecided(
        "not-aggregatable",
        f"the outputs cannot be combined by {aggregation}",
        f"这些输出无法按 {aggregation} 汇总",
    )


def _rank(row: Row, priorities: Sequence[Sequence[object] | None]) -> tuple[int, ...]:
    ranks = []
    for value, order in zip(row, priorities, strict=True):
        if order is None:
            ranks.append(0)
            continue
        ranks.append(next((place for place, known in enumerate(order) if same(known, value)), len(order)))
    return tuple(ranks)


def same(left: object, right: object) -> bool:
    """Equality of FEEL values: `true` is not 1, contexts and lists by content."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, (list, tuple)) and isinstance(right, (list, tuple)):
        return len(left) == len(right) and all(same(a, b) for a, b in zip(left, right, strict=True))
    return bool(left == right)


_POLICIES: dict[HitPolicy, _Policy] = {
    HitPolicy.UNIQUE: _unique,
    HitPolicy.ANY: _any,
    HitPolicy.PRIORITY: _priority,
    HitPolicy.FIRST: _first,
    HitPolicy.RULE_ORDER: lambda _, rows, shape, __: [shape(row) for row in rows],
    HitPolicy.OUTPUT_ORDER: _output_order,
    HitPolicy.COLLECT: _collect,
}
