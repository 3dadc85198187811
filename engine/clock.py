"""The one clock. Everything asks `now()`, so that a simulation or a dry run can live in another time."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

_virtual: ContextVar[datetime | None] = ContextVar("virtual_clock", default=None)


def now() -> datetime:
    """The present moment, aware, UTC; virtual inside `at`."""
    return _virtual.get() or datetime.now(UTC)


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Make `now()` answer `moment` (aware) in this context.

    Raises ValueError for a naive moment: whose noon it is would be a guess.
    """
    if moment.tzinfo is None:
        raise ValueError("a virtual clock needs an aware moment")
    token = _virtual.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _virtual.reset(token)
