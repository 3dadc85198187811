"""What the engine takes from the environment; the only place in this package which reads it."""

import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of the engine.

    database_url: SQLAlchemy URL of PostgreSQL; None = the embedded server under `var`.
    var: folder for everything written at run time (embedded database, broker, keys, uploads).
    lock_timeout_ms, statement_timeout_ms: beyond them a statement becomes `errors.Busy`.
    pool_size: database connections a process keeps.
    """

    database_url: str | None
    var: Path
    lock_timeout_ms: int
    statement_timeout_ms: int
    pool_size: int


@cache
def settings() -> Settings:
    """The settings of this process, read once."""
    return Settings(
        database_url=os.environ.get("DATABASE_URL") or None,
        var=Path(os.environ.get("REDRESS_VAR") or ROOT / "var"),
        lock_timeout_ms=int(os.environ.get("REDRESS_LOCK_TIMEOUT_MS", "5000")),
        statement_timeout_ms=int(os.environ.get("REDRESS_STATEMENT_TIMEOUT_MS", "30000")),
        pool_size=int(os.environ.get("REDRESS_POOL_SIZE", "10")),
    )
