"""All rules of the gate, in the order in which they are asked."""

from collections.abc import Callable, Iterable

from engine.findings import Finding
from engine.lint.bundle import Bundle

Rule = Callable[[Bundle], Iterable[Finding]]

RULES: tuple[Rule, ...] = ()
