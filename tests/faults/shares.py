"""A long count shared among processes of its own, so that both cores of a small machine work."""

import multiprocessing
import os
from collections.abc import Callable
from typing import Any

from engine import db

PROCESSES = 2


def shared(work: Callable[[int, int], Any], total: int, first: int = 0, apart: int | None = None) -> list[Any]:
    """What `work(count, first)` answers in each of `PROCESSES` processes, on the database in use.

    The counts add up to `total`; each begins `apart` numbers behind the one before, so that no number is done twice
    (default: each where the one before ends).
    """
    counts = [total // PROCESSES + (number < total % PROCESSES) for number in range(PROCESSES)]
    begins = [first + (sum(counts[:number]) if apart is None else number * apart) for number in range(PROCESSES)]
    url = db.engine().url.render_as_string(hide_password=False)
    with multiprocessing.get_context("spawn").Pool(PROCESSES, initializer=_use, initargs=(url,)) as pool:
        return pool.starmap(work, zip(counts, begins, strict=True), chunksize=1)


def _use(url: str) -> None:
    os.environ["DATABASE_URL"] = url
