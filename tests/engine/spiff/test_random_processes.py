"""Random processes: each does exactly what its blocks say, and every state survives its bytes."""

import random
import subprocess
import sys
from collections import Counter

import pytest

from engine import lint
from engine.spiff import state
from engine.spiff.compiled import compile_bundle
from tests.engine.spiff.player import Player
from tests.engine.spiff.random_processes import make

SEEDS = 300
MOST = 400


def play_to_the_end(seed: int) -> Player | None:
    """Complete open tasks in a random order until the end; None where the process is too long to be worth it."""
    files, variables, expected = make(seed)
    if expected.total() > MOST:
        return None
    fresh = compile_bundle("d", files, "P")
    dice, done = random.Random(seed), Counter[str]()
    player = Player(files, variables)
    while not player.ended:
        assert state.rows(state.load(player.state, fresh.main)) == state.rows(player.load())
        chosen = dice.choice(player.open)
        player.complete(chosen)
        done[chosen] += 1
        assert done.total() <= expected.total(), f"seed {seed}"
    assert done == expected, f"seed {seed}"
    assert player.open == []
    return player


@pytest.mark.parametrize("block", range(10))
def test_a_random_process_completes_exactly_the_tasks_of_its_blocks(block: int) -> None:
    each = SEEDS // 10
    for seed in range(block * each, (block + 1) * each):
        play_to_the_end(seed)


def test_the_gate_accepts_random_processes_which_run() -> None:
    for seed in range(60):
        found = {finding.code for finding in lint.check(make(seed, depth=3)[0]) if finding.severity == "error"}
        assert found <= {"endless_loop"}, f"seed {seed}"  # a counted loop of scripts never waits, which is refused


def test_a_state_is_the_same_in_another_operating_system_process() -> None:
    seed = next(seed for seed in range(100) if make(seed)[2].total() > 5)
    files, variables, _ = make(seed)
    player = Player(files, variables)
    program = (
        "import sys; from engine.spiff import state; from engine.spiff.compiled import compile_bundle;"
        "from tests.engine.spiff.random_processes import make;"
        f"top = state.load(sys.stdin.buffer.read(), compile_bundle('d', make({seed})[0], 'P').main);"
        "sys.stdout.buffer.write(state.dump(top))"
    )
    answer = subprocess.run([sys.executable, "-c", program], input=player.state, capture_output=True, check=True)
    assert answer.stdout == player.state
