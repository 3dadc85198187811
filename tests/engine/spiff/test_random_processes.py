"""Random processes: each does what its blocks say, and a fresh process finds the same state after every step."""

import datetime as dt
import sys
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from engine import lint
from engine.spiff.compiled import compile_bundle
from tests.builders import bundle, end, process, start, user
from tests.engine.spiff.player import Player
from tests.engine.spiff.playing import tried
from tests.engine.spiff.random_processes import make
from tests.engine.spiff.restoring import Elsewhere, described, elsewhere

SEEDS, BLOCKS = 300, 6
NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def other() -> Iterator[Elsewhere]:
    with elsewhere() as made:
        yield made


@pytest.mark.slow
@pytest.mark.parametrize("block", range(BLOCKS))
def test_a_random_process_does_what_its_blocks_say_and_is_the_same_in_a_fresh_process_after_every_step(
    database: Engine, other: Elsewhere, block: int
) -> None:
    each = SEEDS // BLOCKS
    first = block * each
    sys.stdout.write(f"seeds {first} to {first + each - 1}, strings hashed with {other.hash_seed}\n")
    steps = [tried(seed, other) for seed in range(first, first + each)]
    assert sum(steps) > each


def test_the_gate_accepts_random_processes() -> None:
    for seed in range(60):
        found = {finding.code for finding in lint.check(make(seed).files) if finding.severity == "error"}
        assert found == set(), f"seed {seed}"


def test_a_state_which_a_fresh_process_cannot_restore_is_told(other: Elsewhere) -> None:
    files = bundle(process("P", start(), user("A"), end()))
    player = Player(files)
    with pytest.raises(RuntimeError, match="has a token on A"):
        other.describe(player.state, bundle(process("P", start(), user("B"), end())), "P", NOON)
    found = other.describe(player.state, files, "P", NOON)
    assert found == described(player.state, compile_bundle("d", files, "P"), NOON)
    assert [task["element"] for task in found["tasks"].values()] == ["A"]
