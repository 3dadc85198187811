"""Where an expression stands, while it is compiled, and the type which its value must have."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from engine.dmn.effort import Notes
from engine.dmn.errors import DmnError
from engine.dmn.texts import Code, Scope
from engine.dmn.trace import Note
from engine.dmn.types import ANY, Type, Types
from engine.feel.names import helped

if TYPE_CHECKING:
    from engine.dmn.run import Run


@dataclass(frozen=True)
class Surroundings:
    """Where an expression stands: names FEEL could not guess, types, the element for notes, and where problems go.

    wanted: the type of the variable which gets the value of the whole.
    """

    names: frozenset[str]
    types: Types
    element: str
    notes: Notes
    wanted: Type = ANY

    def type_of(self, reference: str, element: str = "") -> Type:
        """The type, or ANY with a note when it is unknown."""
        try:
            return self.types.get(reference)
        except DmnError as error:
            self.notes.append(
                Note(element or self.element, "type", f"未知类型 {reference}", str(error), severity="warning")
            )
            return ANY

    def knowing(self, *names: str) -> Surroundings:
        """The same place with more names in scope."""
        more = helped(names)
        return replace(self, names=self.names | more) if more else self


def typed(code: Code, wanted: Type, element: str) -> Code:
    """Code whose value is converted to a type, null with a note when that is impossible."""
    if wanted is ANY:
        return code

    def checked(run: Run, scope: Scope) -> object:
        value = code(run, scope)
        return value if value is None or wanted.accepts(value) else run.converted(value, wanted, element)

    return checked
