"""Random migrations of random diagrams: never bricked. Thousands of them: `python -m tests.faults migrations`."""

from collections import Counter
from itertools import count

import pytest
from sqlalchemy import Engine

from tests.engine.migration.many import tried

BLOCKS, EACH = 10, 16


@pytest.mark.slow
@pytest.mark.parametrize("block", range(BLOCKS))
def test_what_a_verdict_lets_over_runs_to_its_end(database: Engine, block: int) -> None:
    kinds = Counter[str]()
    for seed in count(block * 10_000):
        kinds[tried(seed).kind] += 1
        if kinds.total() - kinds["skipped"] >= EACH:
            break
    assert kinds["refused"] > 0
    assert kinds["migrated"] + kinds["undone"] > 3


@pytest.mark.parametrize("seed", [1034, 2618])
def test_what_a_message_might_bring_is_not_counted_on(database: Engine, seed: int) -> None:
    found = tried(seed)
    assert (found.kind, found.codes) == ("refused", ("variable_missing",))
