"""A database made for one run and dropped after it, on the configured server: what is simulated is nobody's case."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from engine import db
from engine.ids import new_id
from engine.settings import settings


@contextmanager
def database(*, wanted: bool = True) -> Iterator[None]:
    """Inside the block `engine.db` works in a fresh, empty database; with `wanted=False` nothing changes.

    Raises click.ClickException where the server does not let us create one.
    """
    if not wanted:
        yield
        return
    url, name = make_url(db.database_url()), f"redress_scratch_{new_id().hex}"
    server = create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    try:
        with server.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
            # a crash may lose the last moments of a database which is thrown away anyway
            connection.execute(text(f"ALTER DATABASE {name} SET synchronous_commit = off"))
    except DBAPIError as error:
        raise click.ClickException(f"no database can be made for this run (try --here): {error.orig}") from error
    try:
        with _configured(url.set(database=name).render_as_string(hide_password=False)):
            yield
    finally:
        with server.connect() as connection:
            connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))


@contextmanager
def _configured(url: str) -> Iterator[None]:
    """DATABASE_URL for this process, as if it had been started with it."""
    before = os.environ.get("DATABASE_URL")
    os.environ["DATABASE_URL"] = url
    _forget()
    try:
        yield
    finally:
        if before is None:
            del os.environ["DATABASE_URL"]
        else:
            os.environ["DATABASE_URL"] = before
        _forget()


def _forget() -> None:
    if db.engine.cache_info().currsize:
        db.engine().dispose()
    db.engine.cache_clear()
    settings.cache_clear()
