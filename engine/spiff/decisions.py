"""Decisions of a bundle, asked by business rule tasks."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.dmn import Decisions, DmnError, load
from engine.feel import BudgetExceeded, FeelError, Functions, Value
from engine.feel.effort import Effort
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


class _Files(dict[str, bytes]):
    """Files by path; whenever one is looked for, `spend` is called."""

    spend: Callable[[], None]

    def __contains__(self, path: object) -> bool:
        self.spend()
        return super().__contains__(path)


def deciders(files: Mapping[str, bytes]) -> dict[str, Decider]:
    """Every decision of the `*.dmn` files by id; the files may import each other. Raises DmnError."""
    return {decider.decision_id: decider for _, decider in drawn_deciders(files)}


def drawn_deciders(
    files: Mapping[str, bytes], spend: Callable[[], None] = lambda: None
) -> Iterator[tuple[str, Decider]]:
    """Every decision as it stands in the `*.dmn` files, with the file's path. Raises DmnError.

    spend: called before each file and each import; may raise to end it.
    """
    dmn = _Files((path, content) for path, content in files.items() if path.lower().endswith(".dmn"))
    dmn.spend, effort = spend, Effort()
    for path in sorted(dmn):
        spend()
        decisions = load(dmn[path], imports=dmn, effort=effort)
        uses_case = b"case" in dmn[path]
        for each in decisions.decisions:
            yield path, Decider(decisions, each.id, uses_case)
