"""What one round of a multi-instance set by itself, and what was there before any of them: its record is made of that.

What a round sets goes out to the process, as in Zeebe, and other rounds see it there: they may count on it. But the
element which a round adds to the output collection must say nothing of another round: a signer who left something open
would be on record with what the one before had said.

Notes, JSON-able: `mine` of a round (name -> encoded value, as it goes out), `before` of its body (name -> encoded value
around the body before a round first set it).
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from engine.feel.values import Value
from engine.spiff.errors import Failure
from engine.spiff.values import decode, encode

if TYPE_CHECKING:
    from engine.spiff.workflow import Token


def keeps_record(token: "Token") -> bool:
    """Whether a token is a round whose result goes into an output collection."""
    loop = getattr(token.task_spec, "loop", None)
    return "round" in token.internal_data and loop is not None and loop.keeps_records


def note(rounds: Iterable["Token"], name: str, value: Value, around: dict[str, Value]) -> None:
    """A variable is about to be set in `around` from inside of these tokens. Raises Failure for what is no data."""
    for token in rounds:
        if not keeps_record(token):
            continue
        body = token.workflow.tasks[token._parent]
        try:
            token.internal_data.setdefault("mine", {})[name] = encode(value)
            if name not in body.internal_data.setdefault("before", {}):
                body.internal_data["before"][name] = encode(around.get(name))
        except TypeError as error:
            raise Failure(token.task_spec.name, "not_data", str(error)) from None


def forget(token: "Token", names: Iterable[str]) -> None:
    """Take back what was noted as set by a round itself."""
    for name in names:
        token.internal_data.get("mine", {}).pop(name, None)


def note_own(token: "Token", values: Mapping[str, Value]) -> None:
    """A round's own values of variables which it set in other words for all. Raises Failure for what is no data."""
    try:
        token.internal_data.setdefault("mine", {}).update({name: encode(value) for name, value in values.items()})
    except TypeError as error:
        raise Failure(token.task_spec.name, "not_data", str(error)) from None


def own(token: "Token") -> list[dict[str, Value]]:
    """What a round set, then what was there before, as layers of variables which hide those of other rounds."""
    body = token.workflow.tasks[token._parent]
    notes = (token.internal_data.get("mine", {}), body.internal_data.get("before", {}))
    return [{name: decode(value) for name, value in each.items()} for each in notes]
