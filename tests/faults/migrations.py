"""Random edits of random diagrams with an instance on its way: moved it runs to its end, refused it does, too."""

from collections import Counter
from typing import Any

from tests.bench.common import scratch
from tests.engine.migration.many import many
from tests.faults import report
from tests.faults.shares import shared

_APART = 1_000_000


def run(*, migrations: int = 2000, first: int = 0) -> dict[str, Any]:
    """So many migrations; the seeds of those which left an instance that cannot reach its end are listed."""
    with scratch():
        answers = shared(many, migrations, first, _APART)
    kinds: Counter[str] = sum((answer.kinds for answer in answers), Counter())
    bricked = [text for answer in answers for text in answer.bricked]
    return {
        "ok": not bricked and kinds.total() == migrations,
        "migrations": migrations,
        "seeds": [f"{answer.first} to {answer.last}" for answer in answers],
        **dict(sorted(kinds.items())),
        "reasons": dict(sum((answer.codes for answer in answers), Counter()).most_common()),
        "bricked": len(bricked),
        "first_bricked": bricked[:5],
    }


if __name__ == "__main__":
    report.main(run)
