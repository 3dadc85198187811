"""Many random migrations, each rolled back; `python -m tests.faults migrations` runs thousands of them."""

from collections import Counter
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from engine import db
from tests.engine.migration.random_migrations import Bricked, Outcome, one


@dataclass(slots=True)
class Many:
    """What came of the seeds from `first` to `last`.

    kinds: migrations by how they ended; codes: reasons of verdicts; bricked: what went wrong, by seed.
    """

    first: int
    last: int
    kinds: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    bricked: list[str] = field(default_factory=list)


def many(count: int, first: int = 0) -> Many:
    """`count` migrations; seeds which give none are passed over."""
    found = Many(first, first - 1)
    while found.kinds.total() + len(found.bricked) < count:
        found.last += 1
        try:
            outcome = tried(found.last)
        except (Bricked, AssertionError) as error:
            found.bricked.append(f"seed {found.last}: {str(error)[:300]}")
        else:
            if outcome.kind != "skipped":
                found.kinds[outcome.kind] += 1
                found.codes.update(outcome.codes)
    return found


def tried(seed: int) -> Outcome:
    """One seed in a transaction which is rolled back."""
    with db.engine().connect() as connection:
        outer = connection.begin()
        with Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as session:
            try:
                return one(session, seed)
            finally:
                session.close()
                outer.rollback()
