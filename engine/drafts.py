"""Drafts: bundles on their way to publication, edited at leisure, reviewed by a second person."""

from collections.abc import Collection, Mapping
from itertools import count

from sqlalchemy import bindparam, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engine import bundles
from engine.clock import now
from engine.errors import Conflict, Forbidden, NotFound
from engine.models import DefinitionFile, Draft, DraftFile, DraftState, ProcessDefinition
from engine.publishing import gate, publish_files


def create_draft(
    session: Session, key: str, files: Mapping[str, bytes], *, author: str, others: Collection[str] = ()
) -> Draft:
    """A new draft, of a bundle which need not be published yet. Raises Conflict where `key` has one, Invalid.

    others: whose work the content is besides; they count as authors, too.
    """
    facts = bundles.manifest(files)
    if session.get(Draft, key, with_for_update=True) is not None:
        raise _taken(key)
    version = session.scalar(
        select(ProcessDefinition.version).where(ProcessDefinition.key == key).order_by(ProcessDefinition.version.desc())
    )
    made = Draft(
        key=key,
        rev=1,
        state=DraftState.EDITING,
        name_zh=facts.name_zh,
        name_en=facts.name_en,
        base_version=version,
        author=author,
        authors=list(dict.fromkeys((author, *others))),
        updated_at=now(),
        files=[DraftFile(path=path, content=content) for path, content in sorted(files.items())],
    )
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError:  # somebody made it in the same moment
        raise _taken(key) from None
    return made


def free_key(session: Session, key: str) -> str:
    """A key like this one which no published process and no draft has."""
    names = (f"{key[:58]}-{number}" for number in count(2))
    published = select(ProcessDefinition.id).where(ProcessDefinition.key == bindparam("name")).exists()
    drafted = select(Draft.key).where(Draft.key == bindparam("name")).exists()
    return next(name for name in names if not session.scalar(select(or_(published, drafted)), {"name": name}))


def _taken(key: str) -> Conflict:
    return Conflict(f"There is a draft {key} already", message_zh=f"已有标识为「{key}」的草稿", key=key)


def open_draft(session: Session, key: str, *, author: str) -> Draft:
    """The draft of `key`; made from the latest published version where there is none. Raises NotFound."""
    found = session.get(Draft, key, populate_existing=True)
    if found is not None:
        return found
    latest = session.scalar(
        select(ProcessDefinition.id).where(ProcessDefinition.key == key).order_by(ProcessDefinition.version.desc())
    )
    if latest is None:
        raise NotFound("There is no such process definition", key=key)
    rows = session.execute(
        select(DefinitionFile.path, DefinitionFile.content).where(DefinitionFile.definition_id == latest)
    )
    return create_draft(session, key, {path: bytes(content) for path, content in rows}, author=author)


def _locked(session: Session, key: str, if_rev: int) -> Draft:
    """The draft, locked. Raises NotFound, Conflict."""
    found = session.get(Draft, key, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound("There is no such draft", key=key)
    if found.rev != if_rev:
        raise Conflict("Somebody else has saved this draft", key=key, rev=found.rev)
    return found


def _files(draft: Draft) -> dict[str, bytes]:
    return {file.path: bytes(file.content) for file in draft.files}


def save_draft(session: Session, key: str, files: Mapping[str, bytes], *, author: str, if_rev: int) -> Draft:
    """Replace the files of a draft, which is being edited again then. Raises Conflict unless its rev is `if_rev`."""
    draft = _locked(session, key, if_rev)
    facts = bundles.manifest(files)
    if facts.key != key:
        raise bundles.invalid(
            "wrong_key", f"bundle.json 的 key 是 {facts.key}", f"The key in bundle.json is {facts.key}"
        )
    kept = {file.path: file for file in draft.files}
    for path, content in files.items():
        if path in kept:
            kept[path].content = content
        else:
            draft.files.append(DraftFile(path=path, content=content))
    for path, file in kept.items():
        if path not in files:
            draft.files.remove(file)
    draft.name_zh, draft.name_en = facts.name_zh, facts.name_en
    _written(draft, author)
    draft.reviewer, draft.reviewed_sha256 = None, None
    return _turned(session, draft, DraftState.EDITING)


def _written(draft: Draft, author: str) -> None:
    """`author` had a hand in it: who co-wrote a draft is no second person for it, whoever saved last."""
    draft.author = author
    if author not in draft.authors:
        draft.authors = [*draft.authors, author]


def _turned(session: Session, draft: Draft, state: DraftState) -> Draft:
    draft.state = state
    draft.rev += 1
    draft.updated_at = now()
    session.flush()
    return draft


def submit_draft(session: Session, key: str, *, author: str, if_rev: int, note: str = "") -> Draft:
    """Hand a draft in for review; note: what changed and why, kept with the version.

    Raises Invalid while the gate finds errors, Conflict unless it is being edited.
    """
    draft = _locked(session, key, if_rev)
    if draft.state != DraftState.EDITING:
        raise Conflict("The draft was handed in already", key=key, state=str(draft.state))
    gate(session, _files(draft))
    _written(draft, author)
    draft.note = note
    return _turned(session, draft, DraftState.IN_REVIEW)


def approve_draft(session: Session, key: str, *, reviewer: str, if_rev: int) -> Draft:
    """Approve what was submitted. Raises Forbidden for each of its authors: a second person looks; Conflict."""
    draft = _locked(session, key, if_rev)
    if draft.state != DraftState.IN_REVIEW:
        raise Conflict("The draft is not in review", key=key, state=str(draft.state))
    if reviewer in (draft.author, *draft.authors):
        raise Forbidden("An author of a draft cannot approve it", key=key)
    draft.reviewer, draft.reviewed_sha256 = reviewer, bundles.digest(_files(draft))
    return _turned(session, draft, DraftState.APPROVED)


def reject_draft(session: Session, key: str, *, reviewer: str, if_rev: int, note: str) -> Draft:
    """Send a submitted or approved draft back to its author with a note."""
    draft = _locked(session, key, if_rev)
    if draft.state == DraftState.EDITING:
        raise Conflict("The draft is being edited", key=key)
    draft.note, draft.reviewer, draft.reviewed_sha256 = note, reviewer, None
    return _turned(session, draft, DraftState.EDITING)


def delete_draft(session: Session, key: str, *, if_rev: int) -> None:
    """Throw a draft away; published versions stay. Raises NotFound, Conflict."""
    session.delete(_locked(session, key, if_rev))
    session.flush()


def publish_draft(session: Session, key: str, *, author: str, if_rev: int) -> ProcessDefinition:
    """Publish an approved draft as the next version and remove the draft. Raises Conflict unless approved as it is."""
    draft = _locked(session, key, if_rev)
    files = _files(draft)
    if draft.state != DraftState.APPROVED or draft.reviewed_sha256 != bundles.digest(files):
        raise Conflict("The draft is not approved", key=key, state=str(draft.state))
    made = publish_files(
        session, key, files, author=author, authors=draft.authors, approver=draft.reviewer, note=draft.note
    )
    session.delete(draft)
    session.flush()
    return made
