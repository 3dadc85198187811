"""Evidence: append-only, typed by content, hashed, each item chained to the one before it."""

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.clock import now
from workflows import authorisation
from workflows.errors import BadFile
from workflows.models import Case, Disclosure, Evidence, Person
from workflows.settings import settings

KINDS = (
    "transaction", "contract", "test_report", "recording", "chat", "statement", "log", "video", "photo", "mail",
    "other",
)  # fmt: skip
_MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (0, b"%PDF-", "application/pdf"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF8", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (8, b"WAVE", "audio/wav"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xff\xfb", "audio/mpeg"),
    (0, b"OggS", "audio/ogg"),
    (4, b"ftyp", "video/mp4"),
    (0, b"\x1aE\xdf\xa3", "video/webm"),
    (0, b"PK\x03\x04", "application/zip"),
)
_OFFICE = {
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
ACCEPTED: Final = (
    "图片（PNG、JPG、GIF、WebP）、PDF、Word、Excel、PPT、音频（MP3、WAV、OGG）、视频（MP4、WebM）、ZIP、纯文本",
    "pictures (PNG, JPG, GIF, WebP), PDF, Word, Excel, PowerPoint, sound (MP3, WAV, OGG), video (MP4, WebM), ZIP, text",
)
"""What `media_type` lets through, as people call it."""
_ACTIVE = (b"<!doctype html", b"<html", b"<script", b"<svg", b"<?php", b"#!")


@dataclass(frozen=True, slots=True)
class Flaw:
    """What `verify` found wrong with an item: `missing`, `altered` (the file) or `chain` (the record)."""

    seq: int
    code: str


def media_type(head: bytes, name: str) -> str:
    """The type of a file by its first bytes; the name only tells kinds of zip apart.

    Raises BadFile for what is neither a known kind nor plain text, and for active content (HTML, SVG, scripts).
    """
    for offset, magic, kind in _MAGIC:
        if head[offset : offset + len(magic)] == magic:
            return _OFFICE.get(Path(name).suffix.lower(), kind) if kind == "application/zip" else kind
    folded = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if b"\x00" not in head and not folded.startswith(_ACTIVE):
        for encoding in ("utf-8", "gb18030"):
            try:
                head[: len(head) - 3 if len(head) > 1024 else None].decode(encoding)
            except UnicodeDecodeError:
                continue
            return "text/plain"
    zh, en = ACCEPTED
    raise _bad("type", f"不支持此类文件，可上传：{zh}", f"this kind of file is not accepted; accepted are {en}")


def _bad(code: str, zh: str, en: str) -> BadFile:
    return BadFile(en, problems=[{"path": "file", "code": code, "message_zh": zh, "message_en": en}])


def add(
    session: Session,
    case: Case,
    stream: BinaryIO,
    *,
    name: str,
    actor: str,
    kind: str = "other",
    source: str = "",
    taken_at: datetime | None = None,
) -> Evidence:
    """Keep a file as the next item of the case's chain.

    Raises BadFile for an empty or too large file, a refused type, an unknown kind, or a name with no letters.
    """
    if kind not in KINDS:
        raise _bad("kind", "未知的证据种类", f"unknown kind of evidence; one of {', '.join(KINDS)}")
    plain = Path(name.replace("\\", "/")).name.strip().replace("\x00", "")[:200]
    if not plain.strip("."):
        raise _bad("name", "文件名无效", "the file has no name")
    digest, size, media = _store(stream, plain)
    return _append(
        session, case, kind=kind, name=plain, media_type=media, size=size, sha256=digest, url=None, source=source,
        taken_at=taken_at, actor=actor,
    )  # fmt: skip


def add_text(
    session: Session, case: Case, text: str, *, name: str, actor: str, kind: str, source: str = ""
) -> Evidence:
    """Keep a text (chat transcript, statement) verbatim as a file."""
    import io

    return add(session, case, io.BytesIO(text.encode()), name=name, actor=actor, kind=kind, source=source)


def upload(
    session: Session, person: Person, case: Case, stream: BinaryIO, *, name: str, kind: str = "other", source: str = ""
) -> Evidence:
    """`add` for a person, authorised."""
    authorisation.require(session, person, "case.evidence", case)
    return add(session, case, stream, name=name, actor=str(person.id), kind=kind, source=source)


def link(
    session: Session, person: Person, case: Case, url: str, *, name: str, kind: str = "other", source: str = ""
) -> Evidence:
    """Keep an address (a post, a recording) as evidence; only http and https.

    Raises BadFile, NotAllowed, LockedOut.
    """
    authorisation.require(session, person, "case.evidence", case)
    return add_link(session, case, url, name=name, actor=str(person.id), kind=kind, source=source)


def is_address(url: str) -> bool:
    """Whether a text is a web address which evidence may keep."""
    return url.startswith(("https://", "http://")) and len(url) <= 2000 and url.isprintable()


def add_link(
    session: Session, case: Case, url: str, *, name: str, actor: str, kind: str = "other", source: str = ""
) -> Evidence:
    """Keep an address as the next item of the case's chain. Raises BadFile for what is none."""
    if not is_address(url):
        raise _bad("url", "网址无效", "not a web address")
    return _append(
        session, case, kind=kind, name=name[:200], media_type="text/uri-list", size=len(url.encode()),
        sha256=hashlib.sha256(url.encode()).hexdigest(), url=url, source=source, taken_at=None, actor=actor,
    )  # fmt: skip


def of(session: Session, case: Case) -> list[Evidence]:
    """All items of a case in their order."""
    return list(session.scalars(select(Evidence).where(Evidence.case_id == case.id).order_by(Evidence.seq)))


def item(session: Session, case: Case, evidence_id: UUID) -> Evidence | None:
    """One item of this case."""
    return session.scalar(select(Evidence).where(Evidence.case_id == case.id, Evidence.id == evidence_id))


def opened(session: Session, person: Person, case: Case, item: Evidence) -> None:
    """Record that somebody looked at an item: recordings, letters and pictures hold personal data."""
    looked = [f"evidence {item.seq}", item.kind]
    session.add(Disclosure(case_id=case.id, person_id=person.id, fields=looked, reason=item.name, at=now()))
    session.flush()


def path(evidence: Evidence) -> Path:
    """Where the bytes of an item lie (files are named by their hash)."""
    return settings().uploads / evidence.sha256[:2] / evidence.sha256


def verify(session: Session, case: Case) -> list[Flaw]:
    """Read every file again and recompute the chain; what does not fit."""
    flaws: list[Flaw] = []
    previous = ""
    for number, found in enumerate(of(session, case), start=1):
        if found.seq != number or found.previous != previous or found.hash != _hash(found):
            flaws.append(Flaw(found.seq, "chain"))
        if found.url is None:
            if not path(found).exists():
                flaws.append(Flaw(found.seq, "missing"))
            elif hashlib.sha256(path(found).read_bytes()).hexdigest() != found.sha256:
                flaws.append(Flaw(found.seq, "altered"))
        previous = found.hash
    return flaws


def _append(
    session: Session, case: Case, *, kind: str, name: str, media_type: str, size: int, sha256: str, url: str | None,
    source: str, taken_at: datetime | None, actor: str,
) -> Evidence:  # fmt: skip
    session.execute(select(Case.id).where(Case.id == case.id).with_for_update())  # one writer of the chain at a time
    last = session.scalar(select(Evidence).where(Evidence.case_id == case.id).order_by(Evidence.seq.desc()).limit(1))
    fresh = Evidence(
        case_id=case.id, seq=last.seq + 1 if last else 1, kind=kind, name=name, media_type=media_type, size=size,
        sha256=sha256, url=url, source=source, taken_at=taken_at, added_by=actor, added_at=now(),
        previous=last.hash if last else "",
    )  # fmt: skip
    fresh.hash = _hash(fresh)
    session.add(fresh)
    session.flush()
    return fresh


def facts(found: Evidence) -> list[Any]:
    """What the hash of an item covers, in its order; the last one is the hash of the item before."""
    return [
        str(found.case_id), found.seq, found.kind, found.name, found.media_type, found.size, found.sha256, found.url,
        found.source, found.taken_at.isoformat() if found.taken_at else None,
        found.added_by, found.added_at.isoformat(), found.previous,
    ]  # fmt: skip


def _hash(found: Evidence) -> str:
    return hashlib.sha256(json.dumps(facts(found), ensure_ascii=False).encode()).hexdigest()


def _store(stream: BinaryIO, name: str) -> tuple[str, int, str]:
    """Write the bytes once under their hash; (sha256, size, media type)."""
    folder = settings().uploads
    folder.mkdir(parents=True, exist_ok=True)
    beside = folder / f".incoming-{os.getpid()}-{os.urandom(8).hex()}"
    digest, size, media = hashlib.sha256(), 0, None
    try:
        with beside.open("xb") as file:
            for block in _blocks(stream):
                media = media or media_type(block[:8192], name)
                size += len(block)
                if size > settings().upload_limit:
                    limit = settings().upload_limit // (1024 * 1024)
                    raise _bad("size", f"文件不得超过 {limit} MB", f"a file has at most {limit} MB")
                digest.update(block)
                file.write(block)
        if media is None:
            raise _bad("empty", "文件为空", "the file is empty")
        target = folder / digest.hexdigest()[:2] / digest.hexdigest()
        target.parent.mkdir(exist_ok=True)
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)
    return digest.hexdigest(), size, media


def _blocks(stream: BinaryIO) -> Iterator[bytes]:
    while block := stream.read(256 * 1024):
        yield block
