"""The text of a range with literal ends -> a range, for `range(from)` (DMN 1.5, 10.3.4.1)."""

from engine.feel.builtins.registry import Failed
from engine.feel.compare import sort_keys
from engine.feel.errors import FeelSyntaxError
from engine.feel.lexer import Token, tokenize
from engine.feel.literals import parse_date, parse_date_time, parse_duration, parse_temporal, parse_time
from engine.feel.values import Range, Value, number

_CONSTRUCTORS = {
    "date": parse_date,
    "time": parse_time,
    "date and time": parse_date_time,
    "duration": parse_duration,
}


def parse_range(text: str) -> Range:
    """The range; raises Failed when an end is no literal, both are missing or are in the wrong order."""
    try:
        tokens = tokenize(text)[:-1]
    except FeelSyntaxError:
        raise Failed("the text is no range") from None
    dots = [index for index, token in enumerate(tokens) if token.value == ".." and token.kind == "operator"]
    if len(dots) != 1 or tokens[0].value not in ("[", "(", "]") or tokens[-1].value not in ("]", ")", "["):
        raise Failed("the text is no range")
    low, high = _literal(tokens[1 : dots[0]]), _literal(tokens[dots[0] + 1 : -1])
    low_included, high_included = tokens[0].value == "[", tokens[-1].value == "]"
    if (low is None and (high is None or low_included)) or (high is None and high_included):
        raise Failed("an open end cannot be included")
    keys = sort_keys(low, high)
    if low is not None and high is not None and (keys is None or keys[0] > keys[1]):
        raise Failed("the ends are no ends of one range")
    return Range(low, high, low_included, high_included)


def _literal(tokens: list[Token]) -> Value:
    """The value of the tokens of one end; None when there are none."""
    if not tokens:
        return None
    values = [token.value for token in tokens]
    kinds = [token.kind for token in tokens]
    found: Value = None
    if kinds == ["string"]:
        found = values[0]
    elif kinds == ["number"]:
        found = number(values[0])
    elif kinds == ["operator", "number"] and values[0] == "-":
        found = number("-" + values[1])
    elif kinds == ["operator", "string"] and values[0] == "@":
        found = parse_temporal(values[1])
    elif len(tokens) > 3 and kinds[-2] == "string" and (values[-3], values[-1]) == ("(", ")"):
        constructor = _CONSTRUCTORS.get(" ".join(values[:-3]))
        found = constructor(values[-2]) if constructor else None
    if found is None:
        raise Failed("an end is no literal")
    return found
