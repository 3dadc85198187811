"""The case file as one package: what a court, an authority or the complainant's counsel is handed.

A zip of every item of evidence as it was kept, in order, every letter word for word, the course of the case, and
`index.json` with all hashes. Whoever has it can check it without us: `sha256` of each file, and `hash` of each item,
which is the SHA-256 of the item's facts and of the hash before it (`facts` are those facts, in their order).
"""

import hashlib
import tempfile
import zipfile
from datetime import datetime
from typing import IO, Any
from uuid import UUID

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import history
from engine.clock import now
from engine.models import ProcessInstance
from workflows import authorisation, correspondence, evidence
from workflows.models import Case, Decision, Evidence, Export, Person

_MEMORY = 8 * 1024 * 1024


def package(session: Session, person: Person, case: Case) -> IO[bytes]:
    """The zip at its beginning (whoever takes it closes it); who took it is recorded as an export.

    Raises NotAllowed, LockedOut. A file which is missing or altered is not left out in silence: `flaws` names it.
    """
    authorisation.require(session, person, "case.read", case)
    items = evidence.of(session, case)
    made: IO[bytes] = tempfile.SpooledTemporaryFile(_MEMORY)  # noqa: SIM115 - whoever takes it closes it
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        listed = [_item(archive, item) for item in items]
        letters = []
        for number, letter in enumerate(correspondence.of(session, case), start=1):
            name = f"letters/{number:03}-{letter.template}.txt"
            content = f"{letter.subject}\n\n{letter.body}".encode()
            archive.writestr(name, content)
            letters.append({"file": name, "at": letter.at, "direction": letter.direction, "sha256": _digest(content)})
        index = {
            "number": case.number,
            "received_at": case.received_at,
            "closed_at": case.closed_at,
            "outcome": case.outcome,
            "made_at": now(),
            "made_by": str(person.id),
            "evidence": listed,
            "letters": letters,
            "flaws": [{"seq": flaw.seq, "code": flaw.code} for flaw in evidence.verify(session, case)],
            "histories": [_history(session, key) for key in _instances(session, case)],
            "decisions": [_decision(one) for one in _decisions(session, case)],
        }
        archive.writestr("index.json", orjson.dumps(index, default=_plain, option=orjson.OPT_INDENT_2))
    session.add(
        Export(
            person_id=person.id,
            what="dossier",
            format="zip",
            filters={"number": case.number},
            columns=[],
            rows=len(items),
        )
    )
    session.flush()
    made.seek(0)
    return made


def _item(archive: zipfile.ZipFile, item: Evidence) -> dict[str, Any]:
    name = None
    if item.url is None and evidence.path(item).exists():
        name = f"evidence/{item.seq:03}-{item.name}"
        archive.write(evidence.path(item), name)
    return {
        "seq": item.seq,
        "file": name,
        "url": item.url,
        "sha256": item.sha256,
        "facts": evidence.facts(item),
        "hash": item.hash,
    }


def _instances(session: Session, case: Case) -> list[UUID]:
    query = select(ProcessInstance.id).where(ProcessInstance.business_key == case.number)
    return list(session.scalars(query.order_by(ProcessInstance.started_at, ProcessInstance.id)))


def _history(session: Session, instance_id: UUID) -> dict[str, Any]:
    """Every event of a process with its hash, and where the chain is broken (None where it is whole)."""
    columns = ("seq", "at", "actor", "kind", "element_id", "task_id", "data", "hash")
    events: list[dict[str, Any]] = []
    while page := history.of(session, instance_id, after=events[-1]["seq"] if events else None, limit=500):
        events += [{column: getattr(event, column) for column in columns} for event in page]
    return {"instance": str(instance_id), "broken_at": history.verify(session, instance_id), "events": events}


def _decisions(session: Session, case: Case) -> list[Decision]:
    return list(session.scalars(select(Decision).where(Decision.case_id == case.id).order_by(Decision.seq)))


def _decision(one: Decision) -> dict[str, Any]:
    columns = ("at", "kind", "level", "outcome", "actor", "reason")
    return {column: getattr(one, column) for column in columns}


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
