"""Master data which ships: departments, calendars, classification, deadlines, authority. Data files, read once.

Seeding adds what is missing and changes nothing that is there, so that an upgrade keeps what people tuned.
"""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from engine.ids import new_id
from workflows.models import AuthorityBand, Category, DeadlinePolicy, Department, WorkCalendar

_DATA = Path(__file__).parent / "data"


def plant(session: Session) -> None:
    """Write all master data which is missing."""
    departments = [
        {**row, "parent": row["parent"] or None, "aliases": _list(row["aliases"]), "position": number}
        for number, row in enumerate(_rows("departments.csv"))
    ]
    session.execute(insert(Department).on_conflict_do_nothing(), departments)
    calendars = json.loads((_DATA / "calendars.json").read_text(encoding="utf-8"))
    session.execute(insert(WorkCalendar).on_conflict_do_nothing(), calendars)
    categories = [
        {**row, "parent": row["parent"] or None, "key_type": row["key_type"] or None, "position": number}
        for number, row in enumerate(_rows("categories.csv"))
    ]
    session.execute(insert(Category).on_conflict_do_nothing(), categories)
    session.execute(insert(DeadlinePolicy).on_conflict_do_nothing(), list(_deadlines()))
    session.execute(insert(AuthorityBand).on_conflict_do_nothing(), list(_authority()))
    session.flush()


def department_codes() -> set[str]:
    """Codes of the departments which ship, for checking a bundle where there is no database."""
    return {row["code"] for row in _rows("departments.csv")}


def _deadlines() -> Iterator[dict[str, object]]:
    for row in _rows("deadlines.csv"):
        yield {
            "id": new_id(),
            **{name: row[name] for name in ("template", "step", "urgency", "name_zh", "name_en", "trigger", "clock")},
            "amount": int(row["amount"]),
            "minutes": row["minutes"] == "1",
            "calendar": row["calendar"] or None,
            "warn": [int(level) for level in _list(row["warn"])],
            "levels": _list(row["levels"]),
            "origin": row["origin"],
            "source": row["source"],
        }


def _authority() -> Iterator[dict[str, object]]:
    for row in _rows("authority.csv"):
        yield {
            "id": new_id(),
            "severity": int(row["severity"]),
            "above": int(row["above_yuan"]) * 100,
            "levels": _list(row["levels"]),
        }


def _rows(name: str) -> list[dict[str, str]]:
    with (_DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _list(text: str) -> list[str]:
    return [part for part in text.split("|") if part]
