"""What an evaluation did: which rules matched on which inputs, and what it had to complain about.

Kept as values while evaluating (cheap) and turned into JSON-able data only when somebody looks: the studio's try-it
panel and the audit trail.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.dmn.model import Table
from engine.feel import to_plain


@dataclass(frozen=True, slots=True)
class Note:
    """A complaint about an element (DMN id or name); severity `error`: the result must not be trusted."""

    element: str
    code: str
    message_zh: str
    message_en: str
    severity: str = "error"

    def plain(self) -> dict[str, str]:
        """JSON-able form."""
        return {
            "element": self.element,
            "code": self.code,
            "severity": self.severity,
            "message_zh": self.message_zh,
            "message_en": self.message_en,
        }


@dataclass(frozen=True, slots=True)
class TableTrace:
    """One table evaluated: values of the inputs, positions of the matching rules, their outputs, the result."""

    table: Table
    inputs: Sequence[object]
    matched: Sequence[int]
    outputs: Sequence[tuple[object, ...]]
    result: object

    def plain(self) -> dict[str, Any]:
        """JSON-able form."""
        names = [output.name or output.label or "output" for output in self.table.outputs]
        rules = []
        for place, row in zip(self.matched, self.outputs, strict=False):
            rule = self.table.rules[place]
            rules.append(
                {
                    "id": rule.id,
                    "index": rule.index,
                    "annotations": dict(rule.annotations),
                    "outputs": {name: to_plain(value) for name, value in zip(names, row, strict=True)},
                }
            )
        return {
            "id": self.table.id,
            "hit_policy": str(self.table.hit_policy),
            "aggregation": None if self.table.aggregation is None else str(self.table.aggregation),
            "inputs": [
                {
                    "id": column.id,
                    "label": column.label,
                    "expression": column.expression.text,
                    "value": to_plain(value),
                }
                for column, value in zip(self.table.inputs, self.inputs, strict=True)
            ],
            "rules": rules,
            "result": to_plain(self.result),
        }


@dataclass(slots=True)
class DecisionTrace:
    """One decision evaluated: what it required, the tables inside it, and its result."""

    id: str
    name: str
    required: dict[str, object] = field(default_factory=dict)
    tables: list[TableTrace] = field(default_factory=list)
    result: object = None

    def plain(self) -> dict[str, Any]:
        """JSON-able form."""
        return {
            "decision": self.id,
            "name": self.name,
            "required": {name: to_plain(value) for name, value in self.required.items()},
            "tables": [table.plain() for table in self.tables],
            "result": to_plain(self.result),
        }


@dataclass(frozen=True, slots=True)
class Result:
    """What a decision gave. `trace` has the required decisions first, the asked one last."""

    value: Any
    trace: tuple[DecisionTrace, ...]
    diagnostics: tuple[Note, ...]

    @property
    def failed(self) -> bool:
        """Whether a rule of the table or a text was broken, so that `value` (null then) is not a decision."""
        return any(note.severity == "error" for note in self.diagnostics)

    def plain(self) -> Any:
        """The value as JSON-able data."""
        return to_plain(self.value)

    def trace_plain(self) -> list[dict[str, Any]]:
        """The trace as JSON-able data, one entry a decision."""
        return [each.plain() for each in self.trace]
