"""Process definitions: published, immutable, numbered versions of bundles; drafts are what people edit before."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from engine.bundles import load_folder
from engine.clock import now
from engine.drafts import (
    approve_draft,
    create_draft,
    delete_draft,
    free_key,
    open_draft,
    publish_draft,
    reject_draft,
    save_draft,
    submit_draft,
)
from engine.errors import NotFound
from engine.models import DefinitionFile, ProcessDefinition
from engine.publishing import compiled, compiled_by_id, publish_files
from engine.rollback import propose_version, republish
from engine.spiff.compiled import Compiled

__all__ = [
    "Compiled",
    "approve_draft",
    "compiled",
    "compiled_by_id",
    "create_draft",
    "delete_draft",
    "element_names",
    "files",
    "free_key",
    "get",
    "latest",
    "listing",
    "load_folder",
    "open_draft",
    "propose_version",
    "publish_draft",
    "publish_files",
    "reject_draft",
    "republish",
    "retire",
    "save_draft",
    "submit_draft",
    "version_of",
    "versions",
]


def latest(session: Session, key: str) -> ProcessDefinition:
    """The highest version of `key` which is not retired. Raises NotFound."""
    query = select(ProcessDefinition).where(ProcessDefinition.key == key, ProcessDefinition.retired_at.is_(None))
    found = session.scalar(query.order_by(ProcessDefinition.version.desc()).limit(1))
    if found is None:
        raise NotFound("There is no such process definition", key=key)
    return found


def version_of(session: Session, key: str, version: int) -> ProcessDefinition:
    """That version of `key`. Raises NotFound."""
    query = select(ProcessDefinition).where(ProcessDefinition.key == key, ProcessDefinition.version == version)
    found = session.scalar(query)
    if found is None:
        raise NotFound("There is no such process definition", key=key, version=version)
    return found


def get(session: Session, definition_id: UUID) -> ProcessDefinition:
    """A published version by id. Raises NotFound."""
    found = session.get(ProcessDefinition, definition_id)
    if found is None:
        raise NotFound("There is no such process definition", definition=str(definition_id))
    return found


def versions(session: Session, key: str) -> list[ProcessDefinition]:
    """All versions of `key`, newest first."""
    query = select(ProcessDefinition).where(ProcessDefinition.key == key)
    return list(session.scalars(query.order_by(ProcessDefinition.version.desc())))


def listing(session: Session) -> list[ProcessDefinition]:
    """The latest version of every key, by key."""
    query = select(ProcessDefinition).where(ProcessDefinition.retired_at.is_(None))
    query = query.ext(distinct_on(ProcessDefinition.key))
    return list(session.scalars(query.order_by(ProcessDefinition.key, ProcessDefinition.version.desc())))


def retire(session: Session, definition: ProcessDefinition) -> None:
    """No further instance starts on this version and nobody binds to it; those which run go on."""
    definition.retired_at = definition.retired_at or now()
    session.flush()


def files(session: Session, definition: ProcessDefinition) -> dict[str, bytes]:
    """The files of a version by path."""
    query = select(DefinitionFile.path, DefinitionFile.content).where(DefinitionFile.definition_id == definition.id)
    return {path: bytes(content) for path, content in session.execute(query.order_by(DefinitionFile.path))}


def element_names(session: Session, definition_id: UUID) -> dict[str, tuple[str, str]]:
    """Element -> Chinese and English name, the own before those of called processes; nameless ones are left out."""
    found: dict[str, tuple[str, str]] = {}
    ahead = [compiled_by_id(session, definition_id)]
    while ahead:
        here = ahead.pop(0)
        for _, node in here.diagram.walk():
            if node.name_zh:
                found.setdefault(node.id, (node.name_zh, node.name_en or node.name_zh))
        ahead += here.called.values()
    return found
