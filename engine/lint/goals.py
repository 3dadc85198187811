"""What must hold for a flow to be taken: values which make the conditions of its element choose it."""

from collections.abc import Iterator, Mapping
from random import Random
from typing import Any

from engine.feel import Expression, FeelError, compile_expression, from_python
from engine.lint.bundle import Bundle
from engine.lint.candidates import Candidates
from engine.lint.deciding import Wish, decided
from engine.spiff.model import Node, Scope

DRAWN = 60
KEPT = 6
DEEP = 3


def goals(bundle: Bundle, candidates: Candidates) -> dict[str, list[dict[str, Any]]]:
    """Flow -> some sets of values with which it is taken; flows whose conditions ask for nothing are left out."""
    rng, found = Random(0), dict[str, list[dict[str, Any]]]()  # noqa: S311 (which values are tried is no secret)
    made = decided(bundle)
    for process in bundle.diagram.processes.values():
        for scope in process.scopes():
            for node in scope.nodes.values():
                bundle.effort.spend()
                for flow, values in _of(bundle, scope, node, candidates, rng):
                    found.setdefault(flow, []).append(_behind(values, made, rng))
    return found


def _behind(values: dict[str, Any], made: Mapping[str, list[tuple[Any, Wish]]], rng: Random) -> dict[str, Any]:
    """The same with what decisions must be given, so that they say what is wanted of them."""
    for _ in range(DEEP):
        ways = {
            name: wishes
            for name, wanted in values.items()
            if name in made and (wishes := [wish for value, wish in made[name] if value == wanted])
        }
        if not ways:
            break
        others = {name: value for name, value in values.items() if name not in ways}
        for wishes in ways.values():
            others = {**rng.choice(wishes), **others}
        values = others
    return values


def _of(
    bundle: Bundle, scope: Scope, node: Node, candidates: Candidates, rng: Random
) -> Iterator[tuple[str, dict[str, Any]]]:
    conditions = {flow: text for flow in node.outgoing if (text := scope.flows[flow].condition)}
    compiled = {flow: made for flow, text in conditions.items() if (made := _compiled(bundle, text)) is not None}
    names = sorted({name for made in compiled.values() for name in made.names if "." not in name})
    if not names or compiled.keys() != conditions.keys():
        return
    counts = dict.fromkeys(node.outgoing, 0)
    for _ in range(DRAWN):
        values = {name: rng.choice(candidates.of(name)) for name in names}
        taken = _taken(node, compiled, values)
        if taken in counts and counts[taken] < KEPT:
            counts[taken] += 1
            yield taken, values


def _compiled(bundle: Bundle, text: str) -> Expression | None:
    try:
        return compile_expression(text.lstrip("= "), names=bundle.feel_names)
    except FeelError:
        return None


def _taken(node: Node, compiled: dict[str, Expression], values: dict[str, Any]) -> str:
    """The first flow whose condition holds, else the default one."""
    context: dict[str, Any] = from_python(values, "values")
    for flow in node.outgoing:
        if flow in compiled and compiled[flow].evaluate(context) is True:
            return flow
    return node.default or ""
