"""What a token waits for: a moment, a message, a signal or a condition, computed when it begins to wait.

The notes live in the token's `internal_data`, JSON-able: `due` (ISO text, UTC), `beats` (how often a cycle still fires,
-1 for ever), `kind`, `name` and `key` of a subscription, `held` (last value of a condition).
"""

from dataclasses import dataclass
from datetime import datetime

from engine.feel import to_plain, to_text
from engine.feel.values import Value
from engine.spiff import times
from engine.spiff.errors import Failure
from engine.spiff.expressions import Formula
from engine.spiff.movement import Effect
from engine.spiff.workflow import Token, variables

MAX_KEY = 500


@dataclass(frozen=True, slots=True)
class Wait:
    """A compiled event definition. kind: as `model.Event.kind`; value: of a timer; key: correlation of a message."""

    kind: str
    element_id: str
    name: str = ""
    code: str = ""
    timer: str = ""
    value: Formula | None = None
    key: Formula | None = None
    condition: Formula | None = None


def listen(token: Token, wait: Wait) -> None:
    """Begin to wait: the due date, correlation key or first value of the condition is computed now."""
    notes = token.internal_data
    match wait.kind:
        case "timer":
            _arm(token, wait)
        case "message":
            notes.update(kind="message", name=wait.name, key=_key(token, wait))
        case "signal":
            notes.update(kind="signal", name=wait.name, key="")
        case "conditional":
            notes["held"] = False


def _arm(token: Token, wait: Wait) -> None:
    movement = token.workflow.top_workflow.movement
    value = None if wait.value is None else wait.value.value(variables(token), movement.functions)
    try:
        if wait.timer == "cycle":
            cycle = times.cycle(value)
            token.internal_data["beats"] = -1 if cycle.times is None else cycle.times
            due = cycle.every.after(movement.now)
            token.internal_data["every"] = value if isinstance(value, str) else to_text(value)
        else:
            due = times.due(value, movement.now, movement.zone)
    except times.BadTime as error:
        reason = wait.value.explained(variables(token), movement.functions) if wait.value else ""
        raise Failure(wait.element_id, "bad_time", f"The timer's value is not right: {error}{reason}") from None
    token.internal_data["due"] = due.isoformat()


def beat_again(token: Token) -> bool:
    """After a beat of a cycle: set the next one; False when it was the last."""
    notes, now = token.internal_data, token.workflow.top_workflow.movement.now
    if "beats" not in notes or notes["beats"] in (0, 1):
        return False
    cycle = times.cycle(notes["every"])
    notes["due"] = cycle.next_after(datetime.fromisoformat(notes["due"]), now).isoformat()
    notes["beats"] -= 1 if notes["beats"] > 0 else 0
    return True


def _key(token: Token, wait: Wait) -> str:
    """The correlation key as text; a message without one is for the whole instance kind ("")."""
    if wait.key is None:
        return ""
    movement = token.workflow.top_workflow.movement
    value = wait.key.value(variables(token), movement.functions)
    if value is None or isinstance(value, list | dict | bool):
        reason = wait.key.explained(variables(token), movement.functions)
        raise Failure(wait.element_id, "bad_key", f"The correlation key is neither text nor number{reason}")
    return to_text(value)[:MAX_KEY]


def became_true(token: Token, wait: Wait) -> bool:
    """Whether a condition holds now and did not when it was last asked (BPMN 2.0, 10.5.5, conditional event)."""
    assert wait.condition is not None  # noqa: S101 - the builder gives every conditional event its condition
    held = token.internal_data.get("held", False)
    holds = wait.condition.holds(variables(token), token.workflow.top_workflow.movement.functions)
    token.internal_data["held"] = holds
    return holds and not held


def send(token: Token, wait: Wait) -> None:
    """Promise a message or signal to other instances; its payload are the thrower's own (mapped) variables."""
    movement = token.workflow.top_workflow.movement
    data = {"name": wait.name, "payload": plain(token.data), "token": str(token.id)}
    if wait.kind == "message":
        data["correlation"] = _key(token, wait)
    movement.effects.append(Effect(wait.kind, data))
    movement.happened(f"{wait.kind}_sent", wait.element_id, token.id, name=wait.name)


def plain(data: dict[str, Value]) -> dict[str, object]:
    """Variables as JSON-able data."""
    return {name: to_plain(value) for name, value in data.items()}
