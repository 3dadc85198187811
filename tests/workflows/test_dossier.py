"""The package of a case file: everything in order, and checkable by somebody who has nothing else."""

import hashlib
import io
import json
import zipfile
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.workflows.conftest import Who
from workflows import dossier, evidence
from workflows.errors import LockedOut
from workflows.models import Case, Export
from workflows.parties import Identity
from workflows.receiving import Complaint, receive


@pytest.fixture
def case(running: Session, who: Who) -> Case:
    """A case with four items of evidence, one of them an address."""
    made = receive(
        running, Complaint("空调坏了", "phone", Identity(name="王伟", mail="w@mail.example")), actor="system"
    )
    for kind in ("transaction", "recording", "statement"):
        evidence.add(running, made, io.BytesIO(f"内容 {kind}".encode()), name="证据.txt", actor="system", kind=kind)
    evidence.link(running, who("staff"), made, "https://social.example/p/1", name="帖子")
    return made


def _opened(session: Session, who: Who, case: Case) -> tuple[zipfile.ZipFile, dict[str, Any]]:
    archive = zipfile.ZipFile(io.BytesIO(dossier.package(session, who("manager"), case).read()))
    return archive, json.loads(archive.read("index.json"))


@pytest.mark.requirement("INV-10")
def test_a_package_holds_all_items_in_order_and_an_altered_file_is_found(
    running: Session, who: Who, case: Case
) -> None:
    archive, index = _opened(running, who, case)
    assert [item["seq"] for item in index["evidence"]] == [1, 2, 3, 4]
    assert [item["facts"][2] for item in index["evidence"]] == ["transaction", "recording", "statement", "other"]
    assert index["flaws"] == []
    previous = ""
    for item in index["evidence"]:  # as somebody would who has the package alone
        if item["file"] is not None:
            assert hashlib.sha256(archive.read(item["file"])).hexdigest() == item["sha256"] == item["facts"][6]
        assert item["facts"][-1] == previous
        previous = hashlib.sha256(json.dumps(item["facts"], ensure_ascii=False).encode()).hexdigest()
        assert previous == item["hash"]
    [letter] = index["letters"]
    assert hashlib.sha256(archive.read(letter["file"])).hexdigest() == letter["sha256"]
    assert case.number in archive.read(letter["file"]).decode()
    evidence.path(evidence.of(running, case)[1]).write_bytes(b"something else")
    assert evidence.verify(running, case) == [evidence.Flaw(2, "altered")]
    assert _opened(running, who, case)[1]["flaws"] == [{"seq": 2, "code": "altered"}]


def test_a_package_tells_the_course_of_the_case_with_its_hashes(running: Session, who: Who, case: Case) -> None:
    _, index = _opened(running, who, case)
    [told] = index["histories"]
    assert told["broken_at"] is None
    assert [event["seq"] for event in told["events"]] == list(range(1, len(told["events"]) + 1))
    assert told["events"][0]["kind"] == "instance_started"


def test_who_took_a_package_is_recorded_and_who_may_not_read_gets_none(running: Session, who: Who, case: Case) -> None:
    dossier.package(running, who("manager"), case).close()
    [taken] = running.scalars(select(Export))
    assert (taken.person_id, taken.what, taken.rows) == (who("manager").id, "dossier", 4)
    assert taken.filters == {"number": case.number}
    case.named = [str(who("staff").id)]
    with pytest.raises(LockedOut):
        dossier.package(running, who("staff"), case)


def test_a_hostile_name_stays_inside_the_package(running: Session, who: Who, case: Case) -> None:
    evidence.add(running, case, io.BytesIO(b"x"), name="../../etc/passwd", actor="system")
    archive, _ = _opened(running, who, case)
    assert all(".." not in name and not name.startswith("/") for name in archive.namelist())
