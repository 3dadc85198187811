"""Schema revisions: head equals the tables in the code, down and up again works, and each says its phase."""

from collections.abc import Iterator

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, text

from engine.models import Base
from workflows import migrations


@pytest.fixture
def empty(_worker_database: Engine) -> Iterator[Engine]:
    """An empty database beside the worker's own."""
    url = _worker_database.url
    server = create_engine(url, isolation_level="AUTOCOMMIT")
    name = f"{url.database}_empty"
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    made = create_engine(url.set(database=name))
    yield made
    made.dispose()
    with server.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    server.dispose()


def _url(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=False)


def test_upgrading_to_head_gives_exactly_the_tables_of_the_code(empty: Engine) -> None:
    migrations.upgrade(_url(empty))
    with empty.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_upgrading_twice_changes_nothing(empty: Engine) -> None:
    migrations.upgrade(_url(empty))
    migrations.upgrade(_url(empty))


def test_the_guards_of_the_tables_come_with_the_revisions(empty: Engine) -> None:
    migrations.upgrade(_url(empty))
    with empty.connect() as connection:
        names = set(connection.execute(text("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")).scalars())
    assert {
        "history_event_append_only",
        "evidence_append_only",
        "decision_append_only",
        "case_file_keep_original",
    } <= names


def test_down_to_nothing_and_up_again_works(empty: Engine) -> None:
    migrations.upgrade(_url(empty))
    made = migrations.config()
    with empty.connect() as connection:
        made.attributes["connection"] = connection
        command.downgrade(made, "base")
    with empty.connect() as connection:
        left = connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).scalars().all()
    assert left == ["alembic_version"]
    migrations.upgrade(_url(empty))


def test_every_revision_says_its_phase() -> None:
    for revision in ScriptDirectory.from_config(migrations.config()).walk_revisions():
        assert revision.module.phase in {"pre", "post"}, revision.revision


def test_the_additive_phase_alone_reaches_a_schema_which_works(empty: Engine) -> None:
    migrations.upgrade(_url(empty), phase="pre")
    with empty.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM case_file")).scalar_one() == 0
