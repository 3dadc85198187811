"""Schema revisions: head equals the tables in the code, down and up again works, and each says its phase."""

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import DBAPIError

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


def test_forms_and_decisions_there_are_get_numbers_by_their_time(empty: Engine) -> None:
    made = migrations.config()
    with empty.begin() as connection:
        made.attributes["connection"] = connection
        command.upgrade(made, "0011")
    case, plan, task = uuid4(), uuid4(), uuid4()
    with empty.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))  # neither case nor plan is there
        for hour, number in ((9, 3), (8, 2), (10, 1)):  # the ids tell another order
            sent = {"id": UUID(int=number), "case": case, "task": task, "at": datetime(2026, 3, 2, hour, tzinfo=UTC)}
            connection.execute(
                text(
                    "INSERT INTO submission (id, case_id, task_id, element_id, actor, at, data) "
                    "VALUES (:id, :case, :task, 'Task_Pay', 'x', :at, '{}')"
                ),
                sent,
            )
            connection.execute(
                text(
                    "INSERT INTO decision (id, case_id, plan_id, submission_id, kind, outcome, actor, at, reason) "
                    "VALUES (:id, :case, :plan, :id, 'execution', 'done', 'x', :at, '')"
                ),
                {**sent, "plan": plan},
            )
    migrations.upgrade(_url(empty))
    with empty.begin() as connection:
        for table in ("submission", "decision"):
            hours = connection.execute(text(f"SELECT extract(hour FROM at) FROM {table} ORDER BY seq")).scalars()
            assert list(hours) == [8, 9, 10]
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        added = connection.execute(
            text(
                "INSERT INTO submission (id, case_id, task_id, element_id, actor, at, data) "
                "VALUES (:id, :case, :task, 'Task_Pay', 'x', now(), '{}') RETURNING seq"
            ),
            {"id": uuid4(), "case": case, "task": task},
        )
        assert added.scalar_one() == 4
    with empty.connect() as connection, pytest.raises(DBAPIError, match="append-only"):
        connection.execute(text("UPDATE decision SET outcome = 'failed'"))
