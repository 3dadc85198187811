"""The demo: what `redress up` puts into an empty database, and the logins it prints."""

from datetime import timedelta
from random import Random

from engine import clock, db
from web.commands import ready
from web.commands.output import CONSOLE, progress, remark
from workflows import demo, people, receiving, simulation
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
_PAST = timedelta(days=21)
_NEW = 4
_SEED = 20260101


def fill(cases: int) -> None:
    """Put people, processes and `cases` complaints into the database where it is empty.

    Simulated staff have worked most of them during the last weeks; the newest arrive now, so that their letters leave.
    """
    with CONSOLE.status("preparing the database"):
        was_empty = ready.prepare(people=True, upgrade=True)
    if not was_empty or cases == 0:
        return
    remark(f"working {cases} demo cases")
    new = min(_NEW, cases)
    with progress("demo cases") as advance:
        begin = clock.now() - _PAST
        simulation.drive(
            db.transaction,
            cases - new,
            _SEED,
            lambda done, _: advance(done, cases),
            begin=begin,
            span=_PAST,
            until=clock.now(),
        )
        rng = Random(_SEED)  # noqa: S311 (a story, not a secret)
        for number in range(new):
            with db.transaction() as session:
                receiving.receive(session, stories.complaint(rng, clock.now()), actor="system")
            advance(cases - new + number + 1, cases)


def logins() -> list[tuple[str, str, str]]:
    """Those of the demo's people who are here: login, password, who that is. None where the house is somebody's own."""
    with db.transaction() as session:
        here = [person for login in SHOWN if (person := people.by_login(session, login)) is not None]
        if len(here) < len(SHOWN) or not people.authenticate(session, SHOWN[0], demo.PASSWORD):
            return []
        return [(person.login, demo.PASSWORD, _who(person)) for person in here]


def _who(person: Person) -> str:
    return f"{person.name_zh} {person.name_en}, {', '.join(person.roles)} ({person.department})"
