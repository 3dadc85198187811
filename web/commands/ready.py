"""A database which can take complaints: schema, master data, the shipped processes. What is there stays as it is."""

import re
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import select

import workflows
from engine import db, definitions
from engine.models import ProcessDefinition
from engine.settings import ROOT
from workflows import migrations, seeds

DIAGRAMS = ROOT / "diagrams"
_CALLED = re.compile(rb'calledElement[^>]*\bprocessId="([^"]+)"')
_PROCESS = re.compile(rb'<(?:\w+:)?process\b[^>]*\bid="([^"]+)"')


def prepare(on_progress: Callable[[int, int], None] = lambda done, total: None) -> None:
    """Bring the configured database to the point where a complaint can be received.

    Publishes a shipped bundle only where its key has no version yet: what people published since is theirs.
    """
    migrations.upgrade(db.database_url())
    workflows.install()
    with db.transaction() as session:
        seeds.plant(session)
        published = set(session.scalars(select(ProcessDefinition.key)))
    missing = [folder for folder in shipped() if folder.name not in published]
    for number, folder in enumerate(missing):
        on_progress(number, len(missing))
        with db.transaction() as session:
            definitions.publish_files(
                session, folder.name, definitions.load_folder(folder), author="system", note="shipped with the software"
            )
    on_progress(len(missing), len(missing))


def shipped(root: Path = DIAGRAMS) -> list[Path]:
    """The folders of the shipped bundles, a called process before its caller."""
    folders = sorted({path.parent for path in root.glob("*/*.bpmn")})
    diagrams = {folder: b"".join(path.read_bytes() for path in sorted(folder.glob("*.bpmn"))) for folder in folders}
    home = {process: folder for folder, text in diagrams.items() for process in _PROCESS.findall(text)}
    ordered: list[Path] = []

    def visit(folder: Path, callers: tuple[Path, ...]) -> None:
        if folder in ordered or folder in callers:
            return
        for process in _CALLED.findall(diagrams[folder]):
            if process in home:
                visit(home[process], (*callers, folder))
        ordered.append(folder)

    for folder in folders:
        visit(folder, ())
    return ordered
