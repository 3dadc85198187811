"""Numeric functions (DMN 1.5, 10.3.4.5)."""

import decimal
from decimal import Decimal

from engine.feel.builtins.registry import Failed, builtin, whole
from engine.feel.temporal import DayTimeDuration, YearMonthDuration
from engine.feel.values import NUMBERS, Value

_WIDE = decimal.Context(prec=12_400, rounding=decimal.ROUND_HALF_EVEN, Emin=-99_999, Emax=99_999, traps=[])
_MIN_SCALE, _MAX_SCALE = -6111, 6176


def _rounded(number: Decimal, scale: Decimal | None, rounding: str) -> Value:
    places = 0 if scale is None else whole(scale)
    if not _MIN_SCALE <= places <= _MAX_SCALE:
        raise Failed(f"the scale lies outside {_MIN_SCALE}..{_MAX_SCALE}")
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and -exponent <= places:
        return number
    return _finite(NUMBERS.plus(number.quantize(Decimal((0, (1,), -places)), rounding, _WIDE)))


def _finite(number: Decimal) -> Decimal:
    if not number.is_finite():
        raise Failed("the result is no number")
    return number


@builtin("decimal", "n: number, scale: number")
def decimal_(n: Decimal, scale: Decimal) -> Value:
    """Rounded half to even at the scale."""
    return _rounded(n, scale, decimal.ROUND_HALF_EVEN)


@builtin("floor", "n: number, scale?: number")
def floor(n: Decimal, scale: Decimal | None = None) -> Value:
    """Rounded towards minus infinity."""
    return _rounded(n, scale, decimal.ROUND_FLOOR)


@builtin("ceiling", "n: number, scale?: number")
def ceiling(n: Decimal, scale: Decimal | None = None) -> Value:
    """Rounded towards plus infinity."""
    return _rounded(n, scale, decimal.ROUND_CEILING)


@builtin("round up", "n: number, scale: number")
def round_up(n: Decimal, scale: Decimal) -> Value:
    """Rounded away from zero."""
    return _rounded(n, scale, decimal.ROUND_UP)


@builtin("round down", "n: number, scale: number")
def round_down(n: Decimal, scale: Decimal) -> Value:
    """Rounded towards zero."""
    return _rounded(n, scale, decimal.ROUND_DOWN)


@builtin("round half up", "n: number, scale: number")
def round_half_up(n: Decimal, scale: Decimal) -> Value:
    """Rounded to the nearest, a half away from zero."""
    return _rounded(n, scale, decimal.ROUND_HALF_UP)


@builtin("round half down", "n: number, scale: number")
def round_half_down(n: Decimal, scale: Decimal) -> Value:
    """Rounded to the nearest, a half towards zero."""
    return _rounded(n, scale, decimal.ROUND_HALF_DOWN)


@builtin("abs", "n: number | days and time duration | years and months duration")
def absolute(n: Decimal | DayTimeDuration | YearMonthDuration) -> Value:
    """Without the sign."""
    if isinstance(n, DayTimeDuration):
        return DayTimeDuration(abs(n.nanos))
    if isinstance(n, YearMonthDuration):
        return YearMonthDuration(abs(n.months))
    return n.copy_abs()


@builtin("modulo", "dividend: number, divisor: number")
def modulo(dividend: Decimal, divisor: Decimal) -> Value:
    """dividend - divisor * floor(dividend / divisor): the sign of the divisor."""
    if not divisor:
        raise Failed("the divisor is 0")
    rest = _WIDE.remainder(dividend, divisor)  # exact: the widest quotient of two decimal128 has 12,355 digits
    return NUMBERS.add(rest, divisor) if rest and rest.is_signed() != divisor.is_signed() else rest


@builtin("sqrt", "number: number")
def sqrt(number: Decimal) -> Value:
    """The square root, null below 0."""
    return _finite(NUMBERS.sqrt(number))


@builtin("log", "number: number")
def log(number: Decimal) -> Value:
    """The natural logarithm, null for 0 and below."""
    return _finite(NUMBERS.ln(number))


@builtin("exp", "number: number")
def exp(number: Decimal) -> Value:
    """Euler's number to the power."""
    return _finite(NUMBERS.exp(number))


def _parity(number: Decimal) -> int | None:
    if number != number.to_integral_value():
        return None
    digits = number.as_tuple()
    exponent = digits.exponent if isinstance(digits.exponent, int) else 0
    if exponent > 0:
        return 0
    return digits.digits[exponent - 1] % 2 if len(digits.digits) >= 1 - exponent else 0


@builtin("odd", "number: number")
def odd(number: Decimal) -> Value:
    """Whether it is a whole odd number."""
    return _parity(number) == 1


@builtin("even", "number: number")
def even(number: Decimal) -> Value:
    """Whether it is a whole even number."""
    return _parity(number) == 0
