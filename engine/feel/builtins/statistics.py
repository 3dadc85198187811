"""Sums and statistics over lists of numbers (DMN 1.5, 10.3.4.4); null for an empty list unless said otherwise."""

from decimal import Decimal

from engine.feel.builtins.registry import Failed, builtin
from engine.feel.temporal import DayTimeDuration, YearMonthDuration
from engine.feel.values import NUMBERS, Value


def _numbers(items: list[Value]) -> list[Decimal]:
    if not all(type(item) is Decimal for item in items):
        raise Failed("an item is no number")
    return items


def _finite(number: Decimal) -> Decimal:
    if not number.is_finite():
        raise Failed("the result is no number")
    return number


def _total(numbers: list[Decimal]) -> Decimal:
    total = Decimal(0)
    for number in numbers:
        total = NUMBERS.add(total, number)
    return total


@builtin("sum", "n...: any")
@builtin("sum", "list: list")
def sum_(items: list[Value]) -> Value:
    """The sum of numbers, or of durations of one kind."""
    if not items:
        return None
    if all(isinstance(item, DayTimeDuration) for item in items):
        return DayTimeDuration(sum(item.nanos for item in items))
    if all(isinstance(item, YearMonthDuration) for item in items):
        return YearMonthDuration(sum(item.months for item in items))
    return _finite(_total(_numbers(items)))


@builtin("product", "n...: any")
@builtin("product", "list: list")
def product(items: list[Value]) -> Value:
    """All multiplied."""
    if not items:
        return None
    total = Decimal(1)
    for number in _numbers(items):
        total = NUMBERS.multiply(total, number)
    return _finite(total)


@builtin("mean", "n...: any")
@builtin("mean", "list: list")
def mean(items: list[Value]) -> Value:
    """The average."""
    if not items:
        return None
    return _finite(NUMBERS.divide(_total(_numbers(items)), Decimal(len(items))))


@builtin("median", "n...: any")
@builtin("median", "list: list")
def median(items: list[Value]) -> Value:
    """The middle one, or the average of the two in the middle."""
    if not items:
        return None
    numbers = sorted(_numbers(items))
    middle = len(numbers) // 2
    if len(numbers) % 2:
        return numbers[middle]
    return _finite(NUMBERS.divide(NUMBERS.add(numbers[middle - 1], numbers[middle]), Decimal(2)))


@builtin("stddev", "n...: any")
@builtin("stddev", "list: list")
def stddev(items: list[Value]) -> Value:
    """The standard deviation of a sample; null for less than two numbers."""
    numbers = _numbers(items)
    if len(numbers) < 2:
        raise Failed("there are less than two numbers")
    average = NUMBERS.divide(_total(numbers), Decimal(len(numbers)))
    squares = [NUMBERS.multiply(*[NUMBERS.subtract(number, average)] * 2) for number in numbers]
    return _finite(NUMBERS.sqrt(NUMBERS.divide(_total(squares), Decimal(len(numbers) - 1))))


@builtin("mode", "n...: any")
@builtin("mode", "list: list")
def mode(items: list[Value]) -> Value:
    """The most frequent ones, ascending; an empty list of an empty list."""
    counts: dict[Decimal, int] = {}
    for number in _numbers(items):
        counts[number] = counts.get(number, 0) + 1
    most = max(counts.values(), default=0)
    return sorted(number for number, times in counts.items() if times == most)
