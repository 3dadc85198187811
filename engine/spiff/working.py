"""Automatic work under way: which one it is, so that exactly that can be left out when its step is repeated."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.spiff.workflow import ProcessSpec, Token


@dataclass(frozen=True, slots=True)
class Work:
    """Work which a token does, told without ids: those of tokens made in a step which failed are gone with it.

    definition, process, element: what is done; place: the elements around it with their rounds, from the outside
    inwards, itself last; origin: place of the event whose firing led there, "" = what the command itself moved;
    turn: how often that place was come to from that origin, this time included.
    """

    definition: str
    process: str
    element: str
    place: str
    origin: str
    turn: int


@dataclass(slots=True)
class Skip:
    """Work which is not done, and the results which stand for it. `used`: the step came to it."""

    work: Work
    results: Mapping[str, Any]
    used: bool = False


def around(token: "Token") -> list["Token"]:
    """The token and the activities it is inside of, from the inside outwards."""
    found = [token]
    while (host := getattr(found[-1].workflow, "host", None)) is not None:
        found.append(host)
    return found


def process_of(token: "Token") -> "ProcessSpec":
    """The process (not the embedded subprocess) a token is in."""
    return next(each.workflow.spec for each in around(token) if each.workflow.spec.is_process)


def place(token: "Token") -> str:
    """Where a token is: the elements around it with their rounds, from the outside inwards."""
    return "/".join(_step(each) for each in reversed(around(token)))


def _step(token: "Token") -> str:
    number = token.internal_data.get("round")
    return token.task_spec.name if number is None else f"{token.task_spec.name}[{number + 1}]"


def work_of(token: "Token", origin: str, turn: int) -> Work:
    """The work a token is about to do."""
    process = process_of(token)
    return Work(process.definition_id, process.name, token.task_spec.name, place(token), origin, turn)
