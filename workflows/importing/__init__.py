"""Complaints from files: CSV in UTF-8 (with or without BOM) or GB18030, by a profile which knows the columns.

A row which cannot be a complaint is a `Fault` with its line and column; the rest goes in. Reading twice brings
nothing twice: every row has an id made of what the source calls it, or of its content.
"""

import codecs
import csv
import hashlib
import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from workflows.errors import BadComplaint, BadFile
from workflows.importing.profiles import PROFILES as PROFILES
from workflows.importing.profiles import BadCell, Profile
from workflows.models import Case
from workflows.receiving import Complaint, check, receive

MOST_BYTES = 200 * 1024 * 1024
MOST_CELL = 1_000_000
_FIELD_COLUMNS = {"identity.name": "name"}


class Lines(Protocol):
    """A CSV reader which knows how many lines it has read."""

    line_num: int

    def __next__(self) -> list[str]:
        """The next record."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row which can be a complaint. line: where it begins in the file (the header is line 1)."""

    line: int
    message_id: str
    complaint: Complaint


@dataclass(frozen=True, slots=True)
class Fault:
    """A row which cannot. column: its name in the file, empty where the whole row is wrong."""

    line: int
    column: str
    message_zh: str
    message_en: str


@dataclass(slots=True)
class Report:
    """What an import did."""

    imported: int = 0
    known: int = 0
    faults: list[Fault] = field(default_factory=list)


def read(path: Path, profile: str) -> Iterator[Row | Fault]:
    """The rows of a file, in order, as complaints or faults.

    Raises BadFile for an unknown profile, a file too large, text in no known encoding, or missing columns.
    """
    known = PROFILES.get(profile)
    if known is None:
        raise BadFile(f"unknown profile {profile}; one of {', '.join(PROFILES)}", profile=profile)
    reader: Lines = csv.reader(io.StringIO(_text(path), newline=""), strict=True)
    csv.field_size_limit(MOST_CELL)
    try:
        header = [name.strip() for name in next(reader, [])]
    except csv.Error as error:
        raise BadFile(f"the header cannot be read: {error}") from error
    _require_columns(known, header)
    yield from _rows(reader, header, known)


def _rows(reader: "Lines", header: list[str], profile: Profile) -> Iterator[Row | Fault]:
    seen: dict[str, set[str]] = {}
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Fault(line, "", f"此行不是有效的 CSV：{error}", f"not valid CSV: {error}")
            continue
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header):
            zh = f"此行有 {len(cells)} 列，表头有 {len(header)} 列"
            where = header[len(cells)] if len(cells) < len(header) else ""
            yield Fault(line, where, zh, f"{len(cells)} cells, but the header has {len(header)} columns")
            continue
        row = dict(zip(header, cells, strict=True))
        yield _row(line, row, profile, seen)


def _row(line: int, row: Mapping[str, str], profile: Profile, seen: dict[str, set[str]]) -> Row | Fault:
    try:
        complaint = profile.complaint(row)
        check(complaint)
    except BadCell as cell:
        return Fault(line, cell.column, cell.message_zh, cell.message_en)
    except BadComplaint as wrong:
        first = wrong.problems[0]
        column = profile.column_of(first["path"], row)
        return Fault(line, column, first["message_zh"], first["message_en"])
    return Row(line, f"{profile.name}:{_source_id(profile, row, seen)}", complaint)


def _source_id(profile: Profile, row: Mapping[str, str], seen: dict[str, set[str]]) -> str:
    """The source's own id of a row, else its content.

    The same id with other content, and the same words without an id, are another complaint.
    """
    digest = hashlib.sha256("\x1f".join(row.values()).encode()).hexdigest()[:24]
    given = profile.source_id(row)
    known = seen.setdefault(given or digest, set())
    if given is not None and digest in known:
        return given
    known.add(digest if given is not None else f"{digest}-{len(known)}")
    return (given or digest) if len(known) == 1 else f"{given or digest}-{len(known)}"


def bring_in(
    transaction: Callable[[], AbstractContextManager[Session]],
    path: Path,
    profile: str,
    *,
    actor: str,
    limit: int | None = None,
    on_progress: Callable[[Report], None] | None = None,
) -> Report:
    """Receive every good row of a file, one transaction each; at most `limit` of them."""
    report = Report()
    for found in read(path, profile):
        if limit is not None and report.imported + report.known >= limit:
            break
        if isinstance(found, Fault):
            report.faults.append(found)
        else:
            with transaction() as session:
                before = _count(session, found.message_id)
                receive(session, found.complaint, actor=actor, message_id=found.message_id)
            report.known += before
            report.imported += 1 - before
        if on_progress is not None:
            on_progress(report)
    return report


def _count(session: Session, message_id: str) -> int:
    found = session.scalar(select(func.count()).select_from(Case).where(Case.message_id == message_id))
    return int(found or 0)


def _require_columns(profile: Profile, header: list[str]) -> None:
    missing = [names[0] for names in profile.required if not any(name in header for name in names)]
    if missing:
        raise BadFile(
            f"columns are missing: {', '.join(missing)}",
            problems=[
                {
                    "path": name,
                    "code": "missing",
                    "message_zh": f"缺少列：{name}",
                    "message_en": f"missing column {name}",
                }
                for name in missing
            ],
        )
    doubled = sorted({name for name in header if name and header.count(name) > 1})
    if doubled:
        raise BadFile(f"columns stand twice: {', '.join(doubled)}")


def _text(path: Path) -> str:
    if path.stat().st_size > MOST_BYTES:
        raise BadFile(f"a file has at most {MOST_BYTES // (1024 * 1024)} MB")
    content = path.read_bytes()
    for mark, encoding in ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
        if content.startswith(mark):
            return _decoded(content, encoding) or ""
    found = _decoded(content, "utf-8-sig")
    if found is None:
        found = _decoded(content, "gb18030")
    if found is None:
        raise BadFile("the text is neither UTF-8 nor GB18030")
    return found


def _decoded(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return None
