"""Process definitions: bundles become published, immutable, numbered versions; drafts are what people edit before."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from engine.models import Draft, ProcessDefinition

Compiled = Any


def publish_files(
    session: Session,
    key: str,
    files: Mapping[str, bytes],
    *,
    author: str,
    approver: str | None = None,
    note: str = "",
) -> ProcessDefinition:
    """Publish a bundle as the next version of `key`; the same content as the latest version is that version.

    files: path -> content of `*.bpmn`, `*.dmn`, `*.form` and `bundle.json` ({"key", "name": {"zh", "en"}, "process"}).
    Raises Invalid with the gate's findings as problems where one is an error.
    """
    raise NotImplementedError


def latest(session: Session, key: str) -> ProcessDefinition:
    """The highest version of `key` which is not retired. Raises NotFound."""
    raise NotImplementedError


def get(session: Session, definition_id: UUID) -> ProcessDefinition:
    """A published version by id. Raises NotFound."""
    raise NotImplementedError


def load_folder(path: Path) -> dict[str, bytes]:
    """The files of a bundle from a folder or a zip. Raises Invalid for what cannot be a bundle."""
    raise NotImplementedError


def compiled(session: Session, definition: ProcessDefinition) -> Compiled:
    """The runnable form of a version, from the cache of this process."""
    raise NotImplementedError


def create_draft(session: Session, key: str, files: Mapping[str, bytes], *, author: str) -> Draft:
    """A new draft. Raises Conflict where `key` has one."""
    raise NotImplementedError


def open_draft(session: Session, key: str, *, author: str) -> Draft:
    """The draft of `key`; made from the latest published version where there is none."""
    raise NotImplementedError


def save_draft(session: Session, key: str, files: Mapping[str, bytes], *, author: str, if_rev: int) -> Draft:
    """Replace the files of a draft. Raises Conflict unless its rev is `if_rev`."""
    raise NotImplementedError


def submit_draft(session: Session, key: str, *, author: str, if_rev: int) -> Draft:
    """Hand a draft in for review; refused (Invalid) while the gate finds errors."""
    raise NotImplementedError


def approve_draft(session: Session, key: str, *, reviewer: str, if_rev: int) -> Draft:
    """Approve what was submitted. Raises Forbidden for its author: a second person looks."""
    raise NotImplementedError


def publish_draft(session: Session, key: str, *, author: str, if_rev: int) -> ProcessDefinition:
    """Publish an approved draft as the next version and remove the draft. Raises Conflict unless approved."""
    raise NotImplementedError
