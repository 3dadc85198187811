"""A house full of people: the demo's departments, staff of every role (password `redress`), and the shipped bundles."""

import csv
from functools import cache
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import definitions
from engine.errors import Invalid
from engine.models import ProcessDefinition
from engine.settings import ROOT
from workflows import people, seeds
from workflows.models import Person

PASSWORD = "redress"  # noqa: S105 - the demo's, printed by `redress up`
_DATA = Path(__file__).parent / "data"


def plant(session: Session, *, bundles: Path = ROOT / "diagrams") -> None:
    """Master data, demo people and all bundles of a folder; what is there already stays as it is."""
    seeds.plant(session)
    people_of_the_demo(session)
    publish(session, bundles)


def logins() -> list[dict[str, str]]:
    """The demo's people as in the data file: login, name_zh, name_en, department, roles (with `|`)."""
    with (_DATA / "people.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def people_of_the_demo(session: Session) -> None:
    """Everybody in the data file who is not here yet, with the password `redress`."""
    known = set(session.scalars(select(Person.login)))
    for row in logins():
        if row["login"] not in known:
            session.add(
                Person(
                    login=row["login"],
                    name_zh=row["name_zh"],
                    name_en=row["name_en"],
                    mail=f"{row['login']}@redress.example",
                    department=row["department"],
                    roles=row["roles"].split("|"),
                    password_hash=_password_hash(),
                )
            )
    session.flush()


@cache
def _password_hash() -> str | None:
    """One hash for all: nobody keeps a secret behind it."""
    template = Person(login="", name_zh="", name_en="", department="")
    people.set_password(template, PASSWORD)
    return template.password_hash


def publish(session: Session, folder: Path) -> list[ProcessDefinition]:
    """Publish every bundle of a folder; a bundle which calls another goes in after it.

    Raises Invalid with the gate's findings of the first bundle which cannot be published.
    """
    waiting = {path.name: definitions.load_folder(path) for path in sorted(folder.iterdir()) if _is_bundle(path)}
    published: list[ProcessDefinition] = []
    while waiting:
        refused: dict[str, Invalid] = {}
        for key, files in waiting.items():
            try:
                published.append(definitions.publish_files(session, key, files, author="system"))
            except Invalid as error:
                refused[key] = error
        if len(refused) == len(waiting):
            raise next(iter(refused.values()))
        waiting = {key: waiting[key] for key in refused}
    return published


def _is_bundle(path: Path) -> bool:
    return path.is_dir() and any(path.glob("*.bpmn"))
