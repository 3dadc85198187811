"""From a bundle to a published version: the gate, the number, the called versions, and the cache of compiled ones."""

import hashlib
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from threading import Lock
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine import bundles, lint
from engine.clock import now
from engine.errors import Invalid, NotFound
from engine.findings import Finding
from engine.hooks import domain
from engine.ids import new_id
from engine.lint.memory import remembered
from engine.lint.responsibility import MOST_PERSONS, who_is_named
from engine.models import DefinitionFile, ProcessDefinition
from engine.spiff.compiled import Compiled, compile_bundle
from engine.spiff.model import Diagram, Process
from engine.spiff.read import read

CACHED = 128

_cache: OrderedDict[UUID, Compiled] = OrderedDict()
_cache_lock = Lock()


def publish_files(
    session: Session,
    key: str,
    files: Mapping[str, bytes],
    *,
    author: str,
    authors: Sequence[str] = (),
    approver: str | None = None,
    note: str = "",
) -> ProcessDefinition:
    """Publish a bundle as the next version of `key`; the same content as the latest version is that version.

    files: path -> content of `*.bpmn`, `*.dmn`, `*.form` and `bundle.json` ({"key", "name": {"zh", "en"}, "process"}).
    author: who publishes; authors: whose work it is, where that is not the same person alone.
    Called processes outside of the bundle are pinned to their latest versions; when one of those is newer than before,
    the same content is a new version. Raises Invalid with the gate's findings as problems where one is an error.
    """
    facts = bundles.manifest(files)
    if facts.key != key:
        raise bundles.invalid(
            "wrong_key", f"bundle.json 的 key 是 {facts.key}", f"The key in bundle.json is {facts.key}"
        )
    digest = hashlib.sha256(key.encode()).digest()
    session.execute(select(func.pg_advisory_xact_lock(int.from_bytes(digest[:8], signed=True))))
    findings = gate(session, files)
    diagram, _ = read(files, facts.process)
    before = session.scalar(
        select(ProcessDefinition)
        .where(ProcessDefinition.key == key)
        .order_by(ProcessDefinition.version.desc())
        .limit(1)
    )
    bound, sha256 = _bound(session, diagram), bundles.digest(files)
    if before is not None and before.sha256 == sha256 and before.bound == bound and before.retired_at is None:
        return before
    made = ProcessDefinition(
        id=new_id(),
        key=key,
        version=1 if before is None else before.version + 1,
        process_id=facts.process,
        name_zh=facts.name_zh,
        name_en=facts.name_en,
        sha256=sha256,
        bound=bound,
        starts_on=_starts(diagram),
        lint=[finding.as_json() for finding in findings],
        note=note,
        author=author,
        authors=list(authors) or [author],
        approver=approver,
        published_at=now(),
        files=[DefinitionFile(path=path, content=content) for path, content in sorted(files.items())],
    )
    session.add(made)
    session.flush()
    compiled(session, made)
    return made


def report(session: Session, files: Mapping[str, bytes], *, dry_run: bool = True) -> list[Finding]:
    """What the gate finds in a bundle among all that is published, errors first; nothing is refused."""
    asked, newest = domain(), _newest(session)
    departments, staffed, lanes = asked.departments(session), asked.staffed(session), asked.lanes(session)
    named = who_is_named(files)
    persons = asked.persons(session, named) if len(named) <= MOST_PERSONS else None

    def called(process_id: str) -> Mapping[str, Process]:
        return compiled_by_id(session, newest[process_id]).processes if process_id in newest else {}

    def judge() -> list[Finding]:
        return lint.check(
            files, domain=asked, processes=newest.keys(), departments=departments, staffed=staffed, lanes=lanes,
            persons=persons, called=called, dry_run=dry_run,
        )  # fmt: skip

    people = (
        frozenset(departments), frozenset(staffed or ()), frozenset((lanes or {}).items()), staffed is None,
        frozenset(persons or ()), persons is None,
    )  # fmt: skip
    return remembered((bundles.digest(files), dry_run, type(asked), frozenset(newest.items()), people), judge)


def gate(session: Session, files: Mapping[str, bytes]) -> list[Finding]:
    """The gate's report on a bundle among all that is published. Raises Invalid where a finding is an error."""
    found = report(session, files)
    errors = [finding for finding in found if finding.severity == "error"]
    if errors:
        raise Invalid(
            f"The bundle is refused: {errors[0].message_en}"
            + (f" ({errors[0].element})" if errors[0].element else "")
            + (f", and {len(errors) - 1} more" if len(errors) > 1 else ""),
            problems=[
                {
                    "path": finding.element,
                    "code": finding.code,
                    "message_zh": finding.message_zh,
                    "message_en": finding.message_en,
                    "hint_zh": finding.hint_zh,
                    "hint_en": finding.hint_en,
                    "file": finding.file,
                }
                for finding in errors
            ],
        )
    return found


def _bound(session: Session, diagram: Diagram) -> dict[str, str]:
    """Called process id -> the definition id of its latest version."""
    called = {node.called for _, node in diagram.walk() if node.called and node.called not in diagram.processes}
    newest = _newest(session) if called else {}
    return {process_id: str(newest[process_id]) for process_id in sorted(called & newest.keys())}


def _newest(session: Session) -> dict[str, UUID]:
    """Process id -> the newest version in force which holds it as its main one."""
    query = (
        select(ProcessDefinition.process_id, ProcessDefinition.id)
        .where(ProcessDefinition.retired_at.is_(None))
        .order_by(ProcessDefinition.published_at, ProcessDefinition.version)
    )
    return {row.process_id: row.id for row in session.execute(query)}


def _starts(diagram: Diagram) -> list[str]:
    main = diagram.processes[diagram.main]
    found = []
    for node in main.nodes.values():
        if node.kind == "startEvent" and node.event is not None and node.event.kind in ("message", "signal"):
            found.append(("signal:" if node.event.kind == "signal" else "") + node.event.name)
    return sorted(found)


def compiled(session: Session, definition: ProcessDefinition) -> Compiled:
    """The runnable form of a version, from the cache of this process (thread-safe, the last `CACHED` used)."""
    found = _cached(definition.id)
    if found is not None:
        return found
    called = {process: compiled_by_id(session, UUID(bound)) for process, bound in definition.bound.items()}
    rows = session.execute(
        select(DefinitionFile.path, DefinitionFile.content).where(DefinitionFile.definition_id == definition.id)
    )
    files = {path: bytes(content) for path, content in rows}
    made = compile_bundle(str(definition.id), files, definition.process_id, called)
    with _cache_lock:
        made = _cache.setdefault(definition.id, made)
        _cache.move_to_end(definition.id)
        while len(_cache) > CACHED:
            _cache.popitem(last=False)
    return made


def compiled_by_id(session: Session, definition_id: UUID) -> Compiled:
    """`compiled`, without a database query where it is cached. Raises NotFound."""
    found = _cached(definition_id)
    if found is not None:
        return found
    definition = session.get(ProcessDefinition, definition_id)
    if definition is None:
        raise NotFound("There is no such process definition", definition=str(definition_id))
    return compiled(session, definition)


def _cached(definition_id: UUID) -> Compiled | None:
    with _cache_lock:
        found = _cache.get(definition_id)
        if found is not None:
            _cache.move_to_end(definition_id)
        return found
