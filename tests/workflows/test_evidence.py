"""Evidence: typed by content, chained, never changed; what was altered is found."""

import hashlib
import io

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tests.workflows.builders import a_case
from tests.workflows.conftest import Who
from workflows import evidence
from workflows.errors import BadFile, LockedOut, NotAllowed
from workflows.models import Case
from workflows.settings import settings

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40


def _add(session: Session, case: Case, content: bytes, name: str = "f.bin") -> evidence.Evidence:
    return evidence.add(session, case, io.BytesIO(content), name=name, actor="system")


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (PNG, "photo.txt", "image/png"),
        (b"%PDF-1.7 ...", "report.exe", "application/pdf"),
        (b"\xff\xd8\xff\xe0", "x", "image/jpeg"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", "call.wav", "audio/wav"),
        ("通话记录：您好".encode(), "chat.txt", "text/plain"),
        ("通话记录：您好".encode("gb18030"), "chat.txt", "text/plain"),
        (b"PK\x03\x04 ...", "a.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (b"PK\x03\x04 ...", "a.zip", "application/zip"),
    ],
)
def test_the_content_tells_the_type_not_the_name(session: Session, content: bytes, name: str, kind: str) -> None:
    assert _add(session, a_case(session), content, name).media_type == kind


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"<html><script>alert(1)</script>", "type"),
        (b"  <!DOCTYPE html>", "type"),
        (b"<svg onload=x>", "type"),
        (b"\xef\xbb\xbf<SCRIPT>", "type"),
        (b"MZ\x00\x01\x02", "type"),
        (b"#!/bin/sh", "type"),
    ],
)
def test_what_could_run_or_is_unknown_is_refused(session: Session, content: bytes, code: str) -> None:
    with pytest.raises(BadFile) as refused:
        _add(session, a_case(session), content, "photo.png")
    assert refused.value.problems[0]["code"] == code
    assert not list(settings().uploads.glob(".incoming-*"))


def test_a_file_above_the_limit_is_refused_and_leaves_nothing_behind(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDRESS_UPLOAD_LIMIT", "1000")
    settings.cache_clear()
    try:
        with pytest.raises(BadFile) as refused:
            _add(session, a_case(session), PNG + b"x" * 1000)
        assert refused.value.problems[0]["code"] == "size"
        assert not list(settings().uploads.glob(".incoming-*"))
    finally:
        monkeypatch.delenv("REDRESS_UPLOAD_LIMIT")
        settings.cache_clear()


@pytest.mark.parametrize("name", ["../../etc/passwd", "..\\..\\boot.ini", "/abs/olute.png", "a\x00b.png"])
def test_a_name_with_a_path_loses_it(session: Session, name: str) -> None:
    kept = _add(session, a_case(session), PNG, name).name
    assert "/" not in kept
    assert "\\" not in kept
    assert "\x00" not in kept


@pytest.mark.parametrize("name", ["", "  ", "..", "/"])
def test_a_file_without_a_name_is_refused(session: Session, name: str) -> None:
    with pytest.raises(BadFile):
        _add(session, a_case(session), PNG, name)


def test_an_untouched_chain_has_no_flaw(session: Session) -> None:
    case = a_case(session)
    for number in range(3):
        _add(session, case, PNG + bytes([number]))
    assert [item.seq for item in evidence.of(session, case)] == [1, 2, 3]
    assert evidence.verify(session, case) == []


def test_an_altered_or_missing_file_is_found(session: Session) -> None:
    case = a_case(session)
    first, second = _add(session, case, PNG + b"first"), _add(session, case, PNG + b"second")
    evidence.path(first).write_bytes(b"something else")
    evidence.path(second).unlink()
    assert evidence.verify(session, case) == [evidence.Flaw(1, "altered"), evidence.Flaw(2, "missing")]


def test_a_record_cannot_be_changed_and_a_forged_one_is_found(session: Session) -> None:
    case = a_case(session)
    _add(session, case, PNG)
    _add(session, case, PNG + b"x")
    for statement in ("UPDATE evidence SET name = 'other'", "DELETE FROM evidence"):
        with pytest.raises(IntegrityError, match="append-only"), session.begin_nested():
            session.execute(text(statement))
    session.execute(text("ALTER TABLE evidence DISABLE TRIGGER USER"))
    session.execute(text("UPDATE evidence SET added_by = 'somebody' WHERE seq = 1"))
    session.expire_all()
    assert evidence.Flaw(1, "chain") in evidence.verify(session, case)


def test_the_same_file_in_two_cases_is_stored_once(session: Session) -> None:
    first, second = _add(session, a_case(session), PNG), _add(session, a_case(session), PNG)
    assert evidence.path(first) == evidence.path(second)


def test_a_chat_transcript_is_kept_verbatim(session: Session) -> None:
    transcript = "客服：您好\n客户：我要投诉！！\r\n客服：好的  "
    item = evidence.add_text(session, a_case(session), transcript, name="chat.txt", actor="complainant", kind="chat")
    assert evidence.path(item).read_bytes().decode() == transcript


def test_evidence_needs_the_right_to_work_on_the_case(house: Session, who: Who) -> None:
    case = a_case(house, named=[str(who("staff").id)])
    with pytest.raises(LockedOut):
        evidence.upload(house, who("staff"), case, io.BytesIO(PNG), name="x.png")
    with pytest.raises(NotAllowed):
        evidence.upload(house, who("auditor"), case, io.BytesIO(PNG), name="x.png")
    assert evidence.upload(house, who("staff2"), case, io.BytesIO(PNG), name="x.png").added_by == str(who("staff2").id)


@pytest.mark.parametrize("url", ["javascript:alert(1)", "file:///etc/passwd", "ftp://x", "https://x/" + "a" * 2000])
def test_only_web_addresses_are_kept_as_links(house: Session, who: Who, url: str) -> None:
    with pytest.raises(BadFile):
        evidence.link(house, who("staff"), a_case(house), url, name="post")


def test_a_post_is_evidence_by_its_address(house: Session, who: Who) -> None:
    case = a_case(house)
    item = evidence.link(house, who("staff"), case, "https://social.example/p/1", name="帖子", kind="other")
    assert evidence.verify(house, case) == []
    assert item.media_type == "text/uri-list"


@pytest.mark.requirement("INV-01")
@pytest.mark.parametrize("kind", evidence.KINDS)
def test_every_kind_of_evidence_is_kept_under_a_hash_which_is_fixed(house: Session, who: Who, kind: str) -> None:
    content = f"{kind}：设备日志、服务记录、监控截图".encode()
    case = a_case(house)
    item = evidence.upload(house, who("staff"), case, io.BytesIO(content), name="a.txt", kind=kind, source="门店")
    assert (item.kind, item.source, item.sha256) == (kind, "门店", hashlib.sha256(content).hexdigest())
    assert item.added_at is not None
    with pytest.raises(IntegrityError, match="append-only"), house.begin_nested():
        house.execute(text("UPDATE evidence SET sha256 = repeat('0', 64)"))
    assert evidence.verify(house, case) == []
