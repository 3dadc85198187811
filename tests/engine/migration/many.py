"""Many random migrations, each rolled back: `python -m tests.engine.migration.many 2000 [first seed]`."""

import sys
import time
from collections import Counter

from sqlalchemy.orm import Session

from engine import db
from tests.bench.common import scratch
from tests.engine.migration.random_migrations import Bricked, Outcome, one


def many(count: int, first: int = 0) -> dict[str, object]:
    """Figures of `count` migrations (seeds which give none are passed over), bricked ones by seed."""
    kinds, codes, bricked = Counter[str](), Counter[str](), list[str]()
    seed, began = first, time.perf_counter()
    while kinds.total() + len(bricked) < count:
        try:
            found = tried(seed)
        except (Bricked, AssertionError) as error:
            bricked.append(str(error)[:300] or f"seed {seed}")
        else:
            if found.kind != "skipped":
                kinds[found.kind] += 1
                codes.update(found.codes)
        seed += 1
    seconds = round(time.perf_counter() - began, 1)
    return {
        "migrations": count, "seeds": [first, seed], **kinds, "reasons": dict(codes), "seconds": seconds,
        "bricked": len(bricked), "which": bricked[:20],
    }  # fmt: skip


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


if __name__ == "__main__":
    with scratch():
        arguments = [int(text) for text in sys.argv[1:]] or [2000]
        sys.stdout.write(f"{many(*arguments)}\n")
