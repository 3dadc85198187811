"""The demo: what `redress up` puts into an empty database, and the logins it prints."""

import os
import signal
from random import Random

import click
from sqlalchemy import select

import workflows
from engine import clock, db
from web.commands import ready
from web.commands.output import CONSOLE, remark
from workflows import demo, people, receiving
from workflows.models import Person
from workflows.simulation import planting, stories

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
_NEW = 4
_SEED = 20260101
_STEP = 20


def open_house(cases: int) -> None:
    """Put people, processes and a few complaints which arrive now into an empty database; `fill` does the rest."""
    with CONSOLE.status("preparing the database"):
        was_empty = ready.prepare(people=True, upgrade=True)
    rng = Random(_SEED)  # noqa: S311 (a story, not a secret)
    for _ in range(min(_NEW, cases) if was_empty else 0):
        with db.transaction() as session:
            receiving.receive(session, stories.complaint(rng, clock.now()), actor="system")


def fill(cases: int) -> None:
    """Plant what is missing of `cases` complaints of the last half year, politely: everybody else goes first."""
    if hasattr(os, "nice"):
        os.nice(10)
    workflows.install()
    planted, left_out = planting.plant(db.engine(), max(0, cases - _NEW), _SEED, _say)
    if left_out:
        remark(f"{left_out} of the demo's cases are left out: the processes of this house do not bring them to an end")
    elif planted:
        remark("the demo's cases are all here")


def _say(there: int, wanted: int) -> None:
    if there % _STEP == 0 and there < wanted:
        remark(f"demo cases: {there} of {wanted} (the pages can be used meanwhile)")


@click.command("plant")
@click.option("--cases", type=click.IntRange(0, 5000), default=400, show_default=True, help="How many shall be there.")
def plant_command(cases: int) -> None:
    """Fill the demo up with worked cases of the last half year; what is there stays. `redress up` runs it by itself.

    An empty database becomes the demo's first; one with other people is refused.
    """
    ready.schema()
    with db.transaction() as session:
        here = set(session.scalars(select(Person.login)))
    if here and not here >= set(SHOWN):
        raise click.ClickException("this is no demo's house: its people are somebody's own")
    ready.prepare(people=True)
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))  # the case under way is rolled back, and planted next time
    fill(cases)


def logins() -> list[tuple[str, str, str]]:
    """Those of the demo's people who are here: login, password, who that is. None where the house is somebody's own."""
    with db.transaction() as session:
        here = [person for login in SHOWN if (person := people.by_login(session, login)) is not None]
        if len(here) < len(SHOWN) or not people.authenticate(session, SHOWN[0], demo.PASSWORD):
            return []
        return [(person.login, demo.PASSWORD, _who(person)) for person in here]


def _who(person: Person) -> str:
    return f"{person.name_zh} {person.name_en}, {', '.join(person.roles)} ({person.department})"
