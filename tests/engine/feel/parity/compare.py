"""Our values and feelin's in one plain form, and whether they are the same.

Numbers are compared as doubles (feelin computes with those), durations and times by what they mean, not by how they
are written.
"""

import json
import subprocess
from decimal import Decimal
from pathlib import Path
from typing import Any

from engine.feel import (
    DateTime,
    DayTimeDuration,
    FarDate,
    FeelFunction,
    FeelSyntaxError,
    Range,
    Time,
    Value,
    YearMonthDuration,
    compile_expression,
    type_name,
)
from engine.feel.literals import parse_duration, parse_temporal

HERE = Path(__file__).parent


def expressions() -> list[str]:
    """The texts to compare."""
    lines = (HERE / "expressions.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def ours(text: str) -> Any:
    """Our outcome in plain form; a syntax error is `{"error": ...}`."""
    try:
        return {"value": _plain(compile_expression(text).evaluate({}))}
    except FeelSyntaxError as problem:
        return {"error": str(problem)}


def theirs(texts: list[str], installed: Path, node: str = "node") -> list[Any]:
    """feelin's outcomes; installed: the folder with its node_modules; node: the program."""
    done = subprocess.run(
        [node, str(HERE / "evaluate.js"), str(installed)],
        input=json.dumps(texts),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return [_normal(outcome) for outcome in json.loads(done.stdout)]


def same(one: Any, two: Any) -> bool:
    """Whether two outcomes agree; refusing the text and giving null is agreement about having no value."""
    if "error" in one or "error" in two:
        return one.get("value") is None and two.get("value") is None
    return bool(one == two)


def _plain(value: Value) -> Any:
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, Decimal):
        return {"number": _double(float(value))}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {"context": [[key, _plain(item)] for key, item in value.items()]}
    if isinstance(value, Range):
        return {"range": [_plain(value.low), _plain(value.high), value.low_included, value.high_included]}
    if isinstance(value, FeelFunction):
        return {"function": True}
    if isinstance(value, (DayTimeDuration, YearMonthDuration)):
        return {"duration": value.isoformat()}
    if isinstance(value, (Time, DateTime, FarDate)):
        return {type_name(value): value.isoformat()}
    return {"date": value.isoformat()}


def _double(number: float) -> float:
    return float(f"{number:.12g}")


def _normal(outcome: Any) -> Any:
    if isinstance(outcome, list):
        return [_normal(item) for item in outcome]
    if not isinstance(outcome, dict):
        return outcome
    if "number" in outcome:
        return {"number": _double(float(outcome["number"]))}
    if "duration" in outcome:
        parsed = parse_duration(outcome["duration"])
        return {"duration": parsed.isoformat() if parsed else outcome["duration"]}
    for kind in ("time", "date and time"):
        if kind in outcome:
            moment = parse_temporal(outcome[kind])
            return {kind: moment.isoformat() if moment else outcome[kind]}
    return {key: _normal(item) for key, item in outcome.items()}
