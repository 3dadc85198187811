"""Moving running instances to another version: the page of `/api/v1/migrations`."""

from dataclasses import dataclass
from typing import Final

from flask import Blueprint, render_template, request
from sqlalchemy.orm import Session

from engine import definitions, migration
from engine.db import transaction
from engine.errors import NotFound
from engine.migration.plans import drawn
from engine.models import ProcessDefinition
from web.access import Rule, verb
from web.pages.studio import running
from web.pages.words import know_people

pages = Blueprint("migrate", __name__)
ACCESS: Final[dict[str, Rule]] = {"migrate.page": verb("instance.migrate")}
MOST_EARLIER: Final = 20


@dataclass(frozen=True, slots=True)
class Target:
    """An element of the newer version which something may be mapped to."""

    element: str
    kind: str
    name_zh: str
    name_en: str


@pages.get("/studio/<key>/migrate")
def page(key: str) -> str:
    """Choose two versions, map what differs, see the verdict for each instance, run in batches, undo."""
    with transaction() as session:
        found = definitions.versions(session, key)
        if not found:
            raise NotFound
        counts = {version: count for (of, version), count in running(session).items() if of == key}
        old, new = _chosen(found, counts)
        earlier = migration.listing(session, key=key, limit=MOST_EARLIER)
        know_people(session, [one.actor for one in earlier])
        return render_template(
            "studio_migrate.html",
            key=key,
            name=found[0],
            rows=[(row, counts.get(row.version, 0)) for row in found],
            old=old,
            new=new,
            targets=_targets(session, new) if new else [],
            earlier=[(one, migration.progress(session, one.id)) for one in earlier],
        )


def _chosen(
    found: list[ProcessDefinition], counts: dict[int, int]
) -> tuple[ProcessDefinition | None, ProcessDefinition | None]:
    """The versions in the address; else from the oldest which still runs to the newest."""
    by_version = {str(row.version): row for row in found}
    new = by_version.get(request.args.get("new", ""), found[0])
    waiting = [row for row in reversed(found) if counts.get(row.version) and row is not new]
    old = by_version.get(request.args.get("old", ""), waiting[0] if waiting else None)
    return (old, new) if old is not None and old is not new else (None, new)


def _targets(session: Session, definition: ProcessDefinition) -> list[Target]:
    compiled = definitions.compiled(session, definition)
    return [Target(node.id, node.kind, node.name_zh, node.name_en) for _, node in drawn(compiled).values()]
