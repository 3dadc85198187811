"""Decisions of a bundle, asked by business rule tasks."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.dmn import Decisions, DmnError, load
from engine.feel import BudgetExceeded, FeelError, Functions, Value
from engine.spiff.environment import CASE, Variables
from engine.spiff.errors import Failure


@dataclass(frozen=True, slots=True)
class Decider:
    """One decision; uses_case: whether its file mentions the read-only `case`."""

    decisions: Decisions
    decision_id: str
    uses_case: bool

    def decide(self, element_id: str, seen: Variables, functions: Functions) -> tuple[Value, list[Any]]:
        """The result and its trace (JSON-able). Raises Failure where the decision's own rules are broken."""
        facts = {name: seen[name] for name in seen if name != CASE or self.uses_case}
        if self.uses_case:
            facts[CASE] = seen.get(CASE)
        try:
            result = self.decisions.evaluate(self.decision_id, facts, functions=functions)
        except (DmnError, FeelError, BudgetExceeded) as error:
            raise Failure(element_id, "decision_failed", f"The decision {self.decision_id!r} failed: {error}") from None
        if result.failed:
            reason = next(note.message_en for note in result.diagnostics if note.severity == "error")
            raise Failure(element_id, "decision_failed", f"The decision {self.decision_id!r} failed: {reason}")
        return result.value, result.trace_plain()


def deciders(files: Mapping[str, bytes]) -> dict[str, Decider]:
    """Every decision of the `*.dmn` files by id; the files may import each other. Raises DmnError."""
    found: dict[str, Decider] = {}
    dmn = {path: content for path, content in files.items() if path.lower().endswith(".dmn")}
    for path in sorted(dmn):
        decisions = load(dmn[path], imports=dmn)
        for each in decisions.decisions:
            found[each.id] = Decider(decisions, each.id, b"case" in dmn[path])
    return found
