"""What the engine asks the domain which runs on it; the defaults let the engine run alone."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING, Any, TypeAlias

from sqlalchemy.orm import Session

from engine.feel.functions import Function

if TYPE_CHECKING:
    from engine.findings import Finding
    from engine.models import Incident, ProcessInstance, UserTask
    from engine.spiff.model import Diagram


Functions: TypeAlias = Mapping[str, Callable[..., Any] | Function]
"""By name: plain Python functions (FEEL values in, Python data out), or FEEL functions with their documentation."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the diagram says about who shall do a user task; texts as evaluated, None where silent.

    department: the property `redress:department` of the task or of a call around it; groups, users, assignee:
    `zeebe:assignmentDefinition`.
    """

    element_id: str
    department: str | None = None
    assignee: str | None = None
    groups: Sequence[str] = ()
    users: Sequence[str] = ()
    variables: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Assignment:
    """Who may do a user task: a department code, one person's id, further people's ids."""

    department: str | None = None
    assignee: str | None = None
    candidates: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Command:
    """What is about to happen to an instance.

    kind: `start complete timer condition message signal suspend resume cancel move edit skip migrate add_signer
    remove_signer`; data: its small facts.
    """

    kind: str
    actor: str
    element_id: str | None = None
    task_id: str | None = None
    reason: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


class Domain:
    """The questions, with neutral answers: subclass it and answer those you know."""

    def assignment(self, session: Session, instance: "ProcessInstance", lane: str | None, wanted: Wanted) -> Assignment:
        """Who a new user task belongs to. Default: the lane's name (or the first group) is the department's code."""
        groups = list(wanted.groups)
        return Assignment(
            department=wanted.department or (groups[0] if groups else lane),
            assignee=wanted.assignee,
            candidates=list(wanted.users),
        )

    def view(self, session: Session, instance: "ProcessInstance") -> Mapping[str, Any]:
        """The read-only `case` of expressions and forms; asked at most once a step, and only where it is used."""
        return {}

    def feel_functions(self, session: Session, instance: "ProcessInstance") -> Functions:
        """Further FEEL functions, by name (blanks allowed), which expressions of this instance may call."""
        return {}

    def zone(self) -> tzinfo:
        """Where a time in a diagram is meant which names no zone: the enterprise's own."""
        return UTC

    def guard(self, session: Session, instance: "ProcessInstance", command: Command) -> None:
        """Raise `engine.errors.Forbidden` where the command would by-pass a gate; asked before it is applied."""

    def completed(
        self, session: Session, instance: "ProcessInstance", task: "UserTask", values: Mapping[str, Any]
    ) -> None:
        """A user task was completed with these validated values (the whole submission)."""

    def warnings(
        self, session: Session, instance: "ProcessInstance", task: "UserTask"
    ) -> Sequence[tuple[int, datetime]]:
        """When to warn ahead of the task's due date: (level in percent, moment)."""
        return ()

    def warned(self, session: Session, instance: "ProcessInstance", task: "UserTask", level: int) -> None:
        """The moment of a warning has come and the task is still open."""

    def ended(self, session: Session, instance: "ProcessInstance") -> None:
        """The instance was completed or cancelled in this step."""

    def incident(self, session: Session, instance: "ProcessInstance", incident: "Incident") -> None:
        """A step failed; tell the owner (by a promise)."""

    def departments(self, session: Session) -> set[str]:
        """Codes of the departments there are."""
        return set()

    def staffed(self, session: Session) -> set[str] | None:
        """Codes of the departments in which somebody works; None = not known."""
        return None

    def persons(self, session: Session, names: Collection[str]) -> set[str] | None:
        """Those of the names (in lower case) which are logins or ids of active people; None = not known."""
        return None

    def lanes(self, session: Session) -> Mapping[str, str] | None:
        """Names which a lane may bear (in lower case) -> code of the department; None = any name is a department."""
        return None

    def variables(self) -> set[str] | None:
        """Names of process data which instances may be started with, for the publish gate; None = not known."""
        return None

    def case_paths(self) -> set[str] | None:
        """Paths inside `view`, with dots (`number`, `plan`, `plan.amount`), for the publish gate; None = not known."""
        return None

    def feel_names(self) -> set[str]:
        """Names of the functions `feel_functions` gives, for the publish gate."""
        return set()

    def lint(self, files: Mapping[str, bytes], diagram: "Diagram") -> Sequence["Finding"]:
        """The domain's own rules for a bundle."""
        return ()


_domain: Domain = Domain()


def install(domain: Domain) -> Domain:
    """Make `domain` the one which is asked; answers the one before it."""
    global _domain
    before, _domain = _domain, domain
    return before


def domain() -> Domain:
    """The installed domain."""
    return _domain
