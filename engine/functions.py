"""Automatic work: what a service task or a message event of a diagram may run, registered by name.

A diagram names a function by `zeebe:taskDefinition type="..."`; nothing else of Python is reachable from a diagram.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from sqlalchemy.orm import Session

from engine.models import ProcessInstance


@dataclass(frozen=True, slots=True)
class Call:
    """What a function is given.

    variables: everything the element can see (read only); headers: `zeebe:taskHeaders` of the element, texts;
    actor: who caused the step (a person's id, `system`, `timer` or `complainant`).
    """

    session: Session
    instance: ProcessInstance
    element_id: str
    variables: Mapping[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)
    actor: str = "system"


Work: TypeAlias = Callable[[Call], Mapping[str, Any] | None]


@dataclass(frozen=True, slots=True)
class Function:
    """A registered function with its titles for the studio. gives: names of its result variables, None = not said."""

    name: str
    title_zh: str
    title_en: str
    work: Work
    gives: frozenset[str] | None = None


class BpmnError(Exception):
    """A business error a diagram may catch with an error boundary event (BPMN 2.0, 10.5.6).

    Raised by functions; where no event catches `code`, the step fails as with any other exception.
    """

    def __init__(self, code: str, message: str = "", variables: Mapping[str, Any] | None = None) -> None:
        """code: matched against `errorCode` of the diagram; variables: set where the error is caught."""
        super().__init__(message or code)
        self.code = code
        self.variables = dict(variables or {})


_registry: dict[str, Function] = {}


def function(name: str, *, title_zh: str, title_en: str, gives: Iterable[str] | None = None) -> Callable[[Work], Work]:
    """Register the decorated function under `name`; gives: the variables it may return, for the publish gate.

    It gets a `Call`, works inside the transaction of the step, and may return variables. It must not commit, nor cause
    effects outside the database: those are promised (`engine.outbox.promise`). Raises ValueError for a name taken by
    another function.
    """

    def register(work: Work) -> Work:
        known = _registry.get(name)
        if known is not None and (known.work.__module__, known.work.__qualname__) != (
            work.__module__,
            work.__qualname__,
        ):
            raise ValueError(f"the function name {name!r} is taken by {known.work.__module__}")
        _registry[name] = Function(name, title_zh, title_en, work, None if gives is None else frozenset(gives))
        return work

    return register


def registered() -> Mapping[str, Function]:
    """All functions by name (a copy)."""
    return dict(_registry)


def find(name: str) -> Function | None:
    """The function of that name, if there is one."""
    return _registry.get(name)
