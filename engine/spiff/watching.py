"""What an instance waits for, as plain values: the step compares before and after, and writes the difference."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from engine.spiff.execution import due_at, element_of, is_user_task
from engine.spiff.workflow import Token, Workflow, tokens


@dataclass(frozen=True, slots=True)
class Deadline:
    """A waiting timer event."""

    token_id: UUID
    element_id: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Listening:
    """A token which waits for a message or signal."""

    token_id: UUID
    element_id: str
    kind: str
    name: str
    key: str


@dataclass(slots=True)
class Waits:
    """All that an instance waits for, by token id."""

    tasks: dict[UUID, Token] = field(default_factory=dict)
    deadlines: dict[UUID, Deadline] = field(default_factory=dict)
    listening: dict[UUID, Listening] = field(default_factory=dict)


def waits_of(top: Workflow) -> Waits:
    """What the instance waits for now."""
    found = Waits()
    for token in tokens(top):
        notes = token.internal_data
        moment = due_at(token)
        if moment is not None:
            found.deadlines[token.id] = Deadline(token.id, element_of(token), moment)
        elif "kind" in notes:
            found.listening[token.id] = Listening(
                token.id, element_of(token), notes["kind"], notes["name"], notes.get("key", "")
            )
        elif is_user_task(token):
            found.tasks[token.id] = token
    return found
