"""Going back to an older version: its content becomes the newest one, in a hurry or by review; nothing is deleted.

Two ways, both with a reason and never by an author or the publisher of that content alone:
- `republish`: at once, by somebody with the right to (an emergency; the older version was approved once);
- `propose_version`: as a draft in review, which a second person approves and somebody publishes.
"""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.drafts import create_draft, submit_draft
from engine.errors import Conflict, Forbidden, NotFound
from engine.models import DefinitionFile, Draft, ProcessDefinition
from engine.publishing import publish_files


def republish(session: Session, key: str, version: int, *, author: str, note: str) -> ProcessDefinition:
    """Publish the content of an older version as the newest, approved by who does it; note: why.

    Raises Forbidden for an author or the publisher of that content, Conflict where it is what new instances run on
    already, Invalid where today's gate refuses it, NotFound.
    """
    old = _older(session, key, version)
    if author in (old.author, *old.authors):
        raise Forbidden("An author of a version cannot bring it back alone", key=key, version=version)
    return publish_files(
        session, key, _files(session, old), author=author, authors=old.authors, approver=author, note=note
    )


def propose_version(session: Session, key: str, version: int, *, author: str, note: str) -> Draft:
    """A draft with the content of an older version, handed in for review; note: why.

    Its authors are those of the version and `author`. Raises Conflict where there is a draft, or the version is what
    new instances run on already; Invalid, NotFound.
    """
    old = _older(session, key, version)
    draft = create_draft(session, key, _files(session, old), author=author, others=old.authors)
    return submit_draft(session, key, author=author, if_rev=draft.rev, note=note)


def _older(session: Session, key: str, version: int) -> ProcessDefinition:
    found = session.scalar(
        select(ProcessDefinition).where(ProcessDefinition.key == key, ProcessDefinition.version == version)
    )
    if found is None:
        raise NotFound("There is no such process definition", key=key, version=version)
    newest = session.scalar(
        select(ProcessDefinition)
        .where(ProcessDefinition.key == key)
        .order_by(ProcessDefinition.version.desc())
        .limit(1)
    )
    if newest is not None and newest.sha256 == found.sha256 and newest.retired_at is None:
        raise Conflict("This content is what is published already", key=key, version=newest.version)
    return found


def _files(session: Session, definition: ProcessDefinition) -> Mapping[str, bytes]:
    rows = session.execute(
        select(DefinitionFile.path, DefinitionFile.content).where(DefinitionFile.definition_id == definition.id)
    )
    return {path: bytes(content) for path, content in rows}
