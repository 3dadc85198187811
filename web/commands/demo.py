"""The demo: what `redress up` puts into an empty database, and the logins it prints."""

from datetime import timedelta
from random import Random

from engine import clock, db
from web.commands import ready
from web.commands.output import CONSOLE, progress
from workflows import demo, people, receiving
from workflows.models import Person
from workflows.simulation import stories

SHOWN = (
    "staff",
    "head",
    "quality",
    "legal",
    "management",
    "finance",
    "manager",
    "owner",
    "approver",
    "auditor",
    "admin",
)
_SPREAD = timedelta(days=5)
_SEED = 20260101


def fill(cases: int) -> None:
    """Put people, processes and `cases` complaints of the last five days into the database where it is empty."""
    with CONSOLE.status("preparing the database"):
        was_empty = ready.prepare(people=True)
    if not was_empty:
        return
    rng, begin = Random(_SEED), clock.now() - _SPREAD  # noqa: S311 (a story, not a secret)
    with progress("demo cases") as advance:
        for number in range(cases):
            moment = begin + _SPREAD * number / cases
            with clock.at(moment), db.transaction() as session:
                receiving.receive(session, stories.complaint(rng, moment), actor="system")
            advance(number + 1, cases)


def logins() -> list[tuple[str, str, str]]:
    """Those of the demo's people who are here: login, password, who that is. None where the house is somebody's own."""
    with db.transaction() as session:
        here = [person for login in SHOWN if (person := people.by_login(session, login)) is not None]
        if len(here) < len(SHOWN) or not people.authenticate(session, SHOWN[0], demo.PASSWORD):
            return []
        return [(person.login, demo.PASSWORD, _who(person)) for person in here]


def _who(person: Person) -> str:
    return f"{person.name_zh} {person.name_en}, {', '.join(person.roles)} ({person.department})"
