"""A database which can take complaints: schema, master data, the shipped processes. What is there stays as it is."""

from sqlalchemy import select

import workflows
from engine import db
from engine.models import ProcessDefinition
from engine.settings import ROOT, settings
from workflows import demo, migrations, seeds
from workflows.models import Person

DIAGRAMS = ROOT / "diagrams"


def schema(*, always: bool = False) -> None:
    """Bring the embedded database to this version's schema; a server of one's own waits for `redress migrate`."""
    if always or settings().database_url is None:
        migrations.upgrade(db.database_url())


def prepare(*, people: bool = False, upgrade: bool = False) -> bool:
    """Bring the configured database to the point where a complaint can be received; whether it was empty before.

    people: put the demo's staff into an empty one. upgrade: bring a server of one's own to this version's schema too,
    as happens to the embedded one. Shipped bundles are published only where nothing is published yet: what people
    published since is theirs.
    """
    schema(always=upgrade)
    workflows.install()
    with db.transaction() as session:
        was_empty = session.scalar(select(Person.id).limit(1)) is None
        if people and was_empty:
            demo.plant(session, bundles=DIAGRAMS)
            return True
        seeds.plant(session)
        if session.scalar(select(ProcessDefinition.id).limit(1)) is None:
            demo.publish(session, DIAGRAMS)
        return was_empty
