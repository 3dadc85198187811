"""Random processes on random paths: each does what its blocks say, restored in a fresh process after every step."""

from typing import Any

from tests.bench.common import scratch
from tests.engine.spiff.playing import tried
from tests.engine.spiff.restoring import elsewhere
from tests.faults import report
from tests.faults.shares import shared


def run(*, seeds: int = 5000, first: int = 0) -> dict[str, Any]:
    """Play the processes of so many seeds; the seeds which did not do what they should are listed."""
    with scratch():
        answers = shared(_share, seeds, first)
    steps = sum(played for played, _, _ in answers)
    wrong = [text for _, texts, _ in answers for text in texts]
    return {
        "ok": not wrong and steps > 0,
        "processes": seeds,
        "seeds": f"{first} to {first + seeds - 1}",
        "hash_seeds": [hash_seed for _, _, hash_seed in answers],
        "steps": steps,
        "restored_in_a_fresh_process": steps + seeds,
        "wrong": len(wrong),
        "first_wrong": wrong[:5],
    }


def _share(count: int, first: int) -> tuple[int, list[str], int]:
    """Steps played, what went wrong, and the hash seed of the other Python."""
    steps, wrong = 0, []
    with elsewhere() as other:
        for seed in range(first, first + count):
            try:
                steps += tried(seed, other)
            except Exception as error:  # a fault is what this looks for: the seed is its name
                wrong.append(f"seed {seed}: {type(error).__name__}: {str(error)[:200]}")
        return steps, wrong, other.hash_seed


if __name__ == "__main__":
    report.main(run)
