"""The doors to the database: one commits, one only reads, and a connection which died is replaced unseen."""

from collections.abc import Iterator
from contextlib import suppress

import pytest
from sqlalchemy import Engine, create_engine, func, select, text
from sqlalchemy.pool import NullPool

from engine import clock, db
from engine.errors import Busy
from engine.models import Idempotency


def _answer(key: str) -> Idempotency:
    return Idempotency(actor="a", key=key, request_sha256="0", answer={}, created_at=clock.now())


def test_a_reader_sees_what_others_commit_meanwhile(database: Engine) -> None:
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Idempotency)) == 0
        with db.transaction() as other:
            other.add(_answer("1"))
        assert session.scalar(select(func.count()).select_from(Idempotency)) == 1


def test_a_reader_who_changes_something_after_all_is_told_and_nothing_is_kept(database: Engine) -> None:
    with db.transaction() as session:
        session.add(_answer("1"))
    with pytest.raises(RuntimeError, match="a reader has changed something"), db.reading() as session:
        session.scalars(select(Idempotency)).one().request_sha256 = "1"
    with pytest.raises(RuntimeError, match="a reader has changed something"), db.reading() as session:
        session.add(_answer("2"))
    with db.transaction() as session:
        assert [one.request_sha256 for one in session.scalars(select(Idempotency))] == ["0"]


def test_a_connection_which_only_read_begins_a_transaction_the_next_time(database: Engine) -> None:
    with db.reading() as session:
        session.execute(text("SELECT 1"))
    with suppress(ZeroDivisionError), db.transaction() as session:
        session.add(_answer("1"))
        session.flush()
        raise ZeroDivisionError
    with db.transaction() as session:
        assert session.scalar(select(func.count()).select_from(Idempotency)) == 0


def test_a_reader_whose_connection_is_lost_is_asked_to_come_back(database: Engine) -> None:
    def read() -> None:
        with db.reading() as session:
            _end(session.scalar(text("SELECT pg_backend_pid()")))
            session.execute(text("SELECT 1"))

    with pytest.raises(Busy):
        read()


@pytest.fixture
def patient(database: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """An engine of one connection, to which every rest is a long one."""
    monkeypatch.setattr(db, "_IDLE", 0.0)
    made = db.make_engine(db.database_url())
    yield made
    made.dispose()


def test_a_pooled_connection_which_died_while_it_rested_is_replaced_unseen(patient: Engine) -> None:
    with patient.connect() as connection:
        first = connection.scalar(text("SELECT pg_backend_pid()"))
    _end(first)
    with patient.connect() as connection:
        assert connection.scalar(text("SELECT pg_backend_pid()")) != first


def _end(pid: object) -> None:
    """Let the server end a connection, and wait until it is gone."""
    with create_engine(db.database_url(), poolclass=NullPool).connect() as connection:
        connection.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})
