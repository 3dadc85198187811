"""The laws a complaint is decided by: their names and from when to when they hold, and what a text cites of them.

`data/laws.csv` is the table: name without 中华人民共和国, first and last day in force, what replaced it. The Civil Code
repealed the contract, tort, property and guarantee laws and the general parts on 2021-01-01 (民法典 art. 1260).
"""

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from sqlalchemy.orm import Session

from engine.clock import now
from workflows import calendars, notices, people
from workflows.models import Case, Comment, Submission

_DATA = Path(__file__).parent / "data" / "laws.csv"
_MOST = 20_000


@dataclass(frozen=True, slots=True)
class Law:
    """A law. since, until: first and last day in force (until None: still); replaced_by: the name of its successor."""

    name: str
    name_en: str
    since: date
    until: date | None
    replaced_by: str | None

    def in_force(self, day: date) -> bool:
        """Whether it holds on that day."""
        return self.since <= day and (self.until is None or day <= self.until)


@cache
def known() -> tuple[Law, ...]:
    """All laws of the table, longest name first, so that none is found inside the name of another."""
    with _DATA.open(encoding="utf-8", newline="") as file:
        found = [
            Law(
                row["name"],
                row["name_en"],
                date.fromisoformat(row["since"]),
                date.fromisoformat(row["until"]) if row["until"] else None,
                row["replaced_by"] or None,
            )
            for row in csv.DictReader(file)
        ]
    return tuple(sorted(found, key=lambda law: -len(law.name)))


def cited(text: str) -> list[Law]:
    """The known laws which a text names, in the order of the table."""
    rest, found = text[:_MOST], list[Law]()
    for law in known():
        if law.name in rest:
            found.append(law)
            rest = rest.replace(law.name, "\n")
    return found


def out_of_force(text: str, day: date) -> list[Law]:
    """The laws a text cites which do not hold on that day."""
    return [law for law in cited(text) if not law.in_force(day)]


def check_opinion(session: Session, case: Case, sent: Submission) -> list[Law]:
    """Flag what a legal opinion cites though it is no longer in force: a remark in the file, a notice to its author.

    Only flagged: for what happened before it was repealed an old law may be the right one (民法典时间效力规定 art. 1).
    """
    words = " ".join(str(sent.data.get(key) or "") for key in ("laws", "opinion", "reason"))
    found = out_of_force(words, now().astimezone(calendars.get(session).zone).date())
    if not found:
        return []
    named = "；".join(f"《{law.name}》{_fate(law)}" for law in found)
    session.add(Comment(case_id=case.id, author="system", text=f"法务意见引用了现未施行的法律：{named}", at=now()))
    author = people.get(session, sent.actor)
    names = ", ".join(law.name_en for law in found)
    notices.tell(
        session, [author] if author else [], f"{case.number}：意见引用了现未施行的法律：{named}",
        f"{case.number}: the opinion cites what is not in force: {names}", case_number=case.number,
    )  # fmt: skip
    return found


def _fate(law: Law) -> str:
    if law.until is None:
        return f"自 {law.since} 起施行"
    return f"已于 {law.until} 后失效" + (f"，由《{law.replaced_by}》取代" if law.replaced_by else "")
