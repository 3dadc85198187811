"""The shipped bundles in a house: published by the gate once a run, then as the rows it wrote (a second each time)."""

from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from engine.models import DefinitionFile, ProcessDefinition
from engine.settings import ROOT
from workflows import demo

_TABLES = (ProcessDefinition.__table__, DefinitionFile.__table__)
_ROWS: list[list[dict[str, Any]]] = []


def publish(session: Session) -> None:
    """All shipped bundles, in a house with master data where nothing is published yet."""
    if not _ROWS:
        demo.publish(session, ROOT / "diagrams")
        session.flush()
        _ROWS.extend([dict(row) for row in session.execute(select(table)).mappings()] for table in _TABLES)
        return
    for table, rows in zip(_TABLES, _ROWS, strict=True):
        session.execute(insert(table), rows)
