"""How long FEEL takes: a condition, a decision table, compiling; beside zen-engine and simpleeval in the same run.

`redress bench feel --json`. Times are microseconds of one call; a ratio is the other's p50 divided by ours (above 1:
ours is faster).
"""

import gc
import json
import random
import time
from collections.abc import Callable
from typing import Any

import simpleeval
import zen

from engine import dmn
from engine.feel import compile_expression, from_python
from engine.feel.expression import Expression
from engine.feel.parser import parse_expression

FACTS: dict[str, Any] = {
    "category": "food-safety",
    "risk": "high",
    "channel": "phone",
    "amount": 1250,
    "injured": 1,
    "repeated": False,
    "media": True,
    "region": "East",
    "age": 43,
    "lots": 2,
    **{f"fact{number}": number for number in range(10)},
}
CONDITION = (
    'risk = "high" and (amount > 1000 or injured >= 1) and category in ("food-safety", "medical") and not(repeated)'
)
ZEN_CONDITION = (
    'risk == "high" and (amount > 1000 or injured >= 1) and category in ["food-safety", "medical"] and not(repeated)'
)
PYTHON_CONDITION = (
    "risk == 'high' and (amount > 1000 or injured >= 1) and category in ('food-safety', 'medical') and not repeated"
)
RULES, COLUMNS = 100, ("category", "risk", "amount", "region")
ROUNDS = 3_000


def run(rounds: int = ROUNDS) -> dict[str, Any]:
    """Measure everything; the keys are stable."""
    if len(FACTS) != 20:
        raise AssertionError("the context has twenty variables")
    condition = _percentiles(_condition(), rounds)
    table = _percentiles(_table(), rounds)
    compiling = _percentiles(_compiling(), rounds)
    zen_condition = _percentiles(_zen_condition(), rounds)
    zen_table = _percentiles(_zen_table(), rounds)
    python_condition = _percentiles(_simpleeval_condition(), rounds)
    return {
        "condition": condition,
        "table": table,
        "compile": compiling,
        "zen_engine": {"condition": zen_condition, "table": zen_table},
        "simpleeval": {"condition": python_condition},
        "ratios": {
            "zen_engine": round(zen_condition["p50_us"] / condition["p50_us"], 2),
            "zen_engine_table": round(zen_table["p50_us"] / table["p50_us"], 2),
            "simpleeval": round(python_condition["p50_us"] / condition["p50_us"], 2),
        },
    }


def _percentiles(work: Callable[[], object], rounds: int) -> dict[str, float]:
    for _ in range(rounds // 5):
        work()
    gc.collect()
    times = []
    for _ in range(rounds):
        began = time.perf_counter_ns()
        work()
        times.append(time.perf_counter_ns() - began)
    times.sort()
    return {
        "p50_us": round(times[rounds // 2] / 1000, 2),
        "p95_us": round(times[int(rounds * 0.95)] / 1000, 2),
    }


def _same(found: object, wanted: object) -> None:
    if found != wanted:
        raise AssertionError(f"the competitors disagree: {found!r} is not {wanted!r}")


def _condition() -> Callable[[], object]:
    expression, facts = compile_expression(CONDITION), from_python(FACTS)
    _same(expression.evaluate(facts), True)
    return lambda: expression.evaluate(facts)


def _zen_condition() -> Callable[[], object]:
    expression = zen.compile_expression(ZEN_CONDITION)
    _same(expression.evaluate(FACTS), True)
    return lambda: expression.evaluate(FACTS)


def _simpleeval_condition() -> Callable[[], object]:
    evaluator = simpleeval.EvalWithCompoundTypes(names=FACTS)
    parsed = evaluator.parse(PYTHON_CONDITION)
    _same(evaluator.eval(PYTHON_CONDITION, previously_parsed=parsed), True)
    return lambda: evaluator.eval(PYTHON_CONDITION, previously_parsed=parsed)


def _compiling() -> Callable[[], object]:
    """Compiling anew, past the cache."""
    return lambda: Expression(CONDITION, parse_expression(CONDITION))


def _rules() -> list[tuple[str, str, int, int, str, int]]:
    """category, risk, lowest amount, highest amount, region, outcome; the last one fits the facts."""
    random_ = random.Random(3)
    categories, risks, regions = (
        ("delivery", "price", "food-safety", "medical"),
        ("low", "high"),
        ("East", "West", "North"),
    )
    rules = []
    for number in range(RULES - 1):
        low = random_.randrange(2000, 9000)
        rules.append(
            (random_.choice(categories), random_.choice(risks), low, low + 500, random_.choice(regions), number)
        )
    return [*rules, ("food-safety", "high", 1000, 2000, "East", RULES)]


def _table() -> Callable[[], object]:
    inputs = "".join(
        f'<input><inputExpression typeRef="Any"><text>{name}</text></inputExpression></input>' for name in COLUMNS
    )
    rows = "".join(
        "<rule>"
        + "".join(
            f"<inputEntry><text>{cell}</text></inputEntry>" for cell in (f'"{a}"', f'"{b}"', f"[{c}..{d}]", f'"{e}"')
        )
        + f"<outputEntry><text>{f}</text></outputEntry></rule>"
        for a, b, c, d, e, f in _rules()
    )
    data = "".join(f'<inputData id="i_{name}" name="{name}"/>' for name in COLUMNS)
    needs = "".join(
        f'<informationRequirement><requiredInput href="#i_{name}"/></informationRequirement>' for name in COLUMNS
    )
    xml = (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" id="b" name="b" namespace="urn:b">'
        f'{data}<decision id="d" name="d"><variable name="d"/>{needs}<decisionTable hitPolicy="FIRST">{inputs}'
        f"<output/>{rows}</decisionTable></decision></definitions>"
    )
    decisions = dmn.load(xml.encode())
    facts = from_python(FACTS)
    _same(int(decisions.evaluate("d", facts).plain()), RULES)
    return lambda: decisions.evaluate("d", facts)


def _zen_table() -> Callable[[], object]:
    content = {
        "contentType": "application/vnd.gorules.decision",
        "nodes": [
            {"id": "in", "type": "inputNode", "name": "in", "position": {"x": 0, "y": 0}},
            {
                "id": "table",
                "type": "decisionTableNode",
                "name": "table",
                "position": {"x": 1, "y": 0},
                "content": {
                    "hitPolicy": "first",
                    "inputs": [{"id": name, "name": name, "field": name} for name in COLUMNS],
                    "outputs": [{"id": "outcome", "name": "outcome", "field": "outcome"}],
                    "rules": [
                        {
                            "_id": str(f),
                            "category": f'"{a}"',
                            "risk": f'"{b}"',
                            "amount": f"[{c}..{d}]",
                            "region": f'"{e}"',
                            "outcome": str(f),
                        }
                        for a, b, c, d, e, f in _rules()
                    ],
                },
            },
            {"id": "out", "type": "outputNode", "name": "out", "position": {"x": 2, "y": 0}},
        ],
        "edges": [
            {"id": "1", "sourceId": "in", "targetId": "table", "type": "edge"},
            {"id": "2", "sourceId": "table", "targetId": "out", "type": "edge"},
        ],
    }
    decision = zen.ZenEngine().create_decision(json.dumps(content))
    _same(decision.evaluate(FACTS)["result"]["outcome"], RULES)
    return lambda: decision.evaluate(FACTS)
