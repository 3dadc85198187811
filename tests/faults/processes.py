"""Random processes on random paths: each completes what its blocks say, restored from its bytes at every move."""

from typing import Any

from tests.engine.spiff.test_random_processes import play_to_the_end
from tests.faults import report


def run(*, seeds: int = 5000, first: int = 0) -> dict[str, Any]:
    """Play the processes of so many seeds; the seeds which did not do what they should are listed."""
    played, wrong = 0, []
    for seed in range(first, first + seeds):
        try:
            played += play_to_the_end(seed) is not None
        except Exception as error:  # a fault is what this looks for: the seed is its name
            wrong.append(f"{seed}: {type(error).__name__}")
    return {"ok": not wrong and played > 0, "seeds": seeds, "played": played, "wrong": wrong[:20]}


if __name__ == "__main__":
    report.main(run)
