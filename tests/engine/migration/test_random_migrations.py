"""Random migrations of random diagrams: never bricked. Thousands of them: `python -m tests.engine.migration.many`."""

from collections import Counter
from itertools import count

import pytest
from sqlalchemy.orm import Session

from tests.engine.migration.random_migrations import one

BLOCKS, EACH = 10, 16


@pytest.mark.slow
@pytest.mark.parametrize("block", range(BLOCKS))
def test_what_a_verdict_lets_over_runs_to_its_end(session: Session, block: int) -> None:
    kinds = Counter[str]()
    for seed in count(block * 10_000):
        with session.begin_nested() as savepoint:
            kinds[one(session, seed).kind] += 1
            savepoint.rollback()
        if kinds.total() - kinds["skipped"] >= EACH:
            break
    assert kinds["refused"] > 0
    assert kinds["migrated"] + kinds["undone"] > 3
