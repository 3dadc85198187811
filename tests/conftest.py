"""Fixtures of the whole suite: one PostgreSQL cluster a run, one database a worker, no test sees another's rows."""

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from tests import unordered

ROOT = Path(__file__).resolve().parent.parent
LONG = ("test_complaint_walk", "test_contract", "test_every_page", "test_studio")


def pytest_configure(config: pytest.Config) -> None:
    unordered.install()
    os.environ.setdefault("REDRESS_SHARED", str(ROOT.parent / "shared"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first, so that no worker is left alone with them at the end."""
    items.sort(key=lambda item: not item.path.name.startswith(LONG))


def pytest_collection_finish() -> None:
    from engine import garbage

    garbage.settle()  # as processes which serve do


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real records and conformance files; tests which need it skip where it is absent."""
    folder = Path(os.environ["REDRESS_SHARED"])
    if not folder.is_dir():
        pytest.skip(f"the real records are not on this machine (REDRESS_SHARED={folder})")
    return folder


@pytest.fixture(autouse=True)
def _domain(request: pytest.FixtureRequest) -> None:
    """The engine is tested alone, everything else with complaint handling installed, whatever another test did."""
    from engine import hooks

    if "engine" in request.path.relative_to(ROOT).parts[:2]:
        hooks.install(hooks.Domain())
        return
    import workflows

    workflows.install()


@pytest.fixture(scope="session")
def _cluster(testrun_uid: str) -> str:
    """URL of the server all workers of this run share: `TEST_DATABASE_URL`, else an embedded one.

    Not under pytest's own folder: every run which begins takes the rights to it away from other users, and under root
    PostgreSQL is one.
    """
    if given := os.environ.get("TEST_DATABASE_URL"):
        return f"postgresql+psycopg://{given.partition('://')[2]}"
    from engine import db

    folder = Path(tempfile.gettempdir()) / f"redress-tests-{testrun_uid}"
    atexit.register(_sweep, folder)  # registered before the server's own goodbye, so it runs after it
    url = db.start_embedded(folder / "postgres")
    with create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool).connect() as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    return url


def _sweep(folder: Path) -> None:
    if not (folder / "postgres" / "postmaster.pid").exists():  # else another worker of this run still uses it
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def _worker_database(_cluster: str, worker_id: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A migrated database of this worker's own, which `engine.db` uses for the rest of the process."""
    from engine import db
    from engine.settings import settings

    name = f"redress_{worker_id}_{os.getpid()}"
    server = create_engine(_cluster, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    url = (
        _cluster.replace("/postgres?", f"/{name}?")
        if "/postgres?" in _cluster
        else f"{_cluster.rsplit('/', 1)[0]}/{name}"
    )
    os.environ["DATABASE_URL"] = url
    os.environ["REDRESS_VAR"] = str(tmp_path_factory.mktemp("var"))
    settings.cache_clear()
    db.engine.cache_clear()

    from workflows import migrations

    migrations.upgrade(url)
    yield db.engine()
    db.engine().dispose()
    with server.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    server.dispose()


@pytest.fixture(scope="session")
def worker_id(request: pytest.FixtureRequest) -> str:
    """xdist's name of this worker, `master` without xdist."""
    return getattr(request.config, "workerinput", {}).get("workerid", "master")


@pytest.fixture
def session(_worker_database: Engine) -> Iterator[Session]:
    """A session whose work is rolled back afterwards; SAVEPOINTs inside it work as always."""
    with _worker_database.connect() as connection:
        outer = connection.begin()
        with Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as made:
            yield made
        outer.rollback()


@pytest.fixture
def database(_worker_database: Engine) -> Iterator[Engine]:
    """A database for tests whose doors really commit; emptied afterwards."""
    yield _worker_database
    empty(_worker_database)


def empty(engine: Engine) -> None:
    """Nothing is in the tables any more."""
    with engine.begin() as connection:
        tables = connection.execute(
            text("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'")
        ).scalars()
        names = ", ".join(f'"{table}"' for table in tables)
        connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
