"""One root process which calls many children with two tasks each: 50 children are 101 tasks, and cost what they are."""

import time
from collections.abc import Sequence
from statistics import median
from typing import Any

from engine import definitions, instances, usertasks
from engine.db import transaction
from engine.models import InstanceStatus
from tests.bench.common import scratch
from tests.builders import bundle, call, each, end, process, start, user


def _bundle() -> dict[str, bytes]:
    called = process("Child", start("CS"), user("C1"), user("C2"), end("CE"))
    rounds = each("=for i in 1..count return i", "number", output=("answers", "=answer"))
    main = process("P", start(), call("Call", "Child", body=rounds), user("Close"), end())
    return bundle(main, called, key="bench")


def run(*, children: Sequence[int] = (10, 50), rounds: int = 12, **_: Any) -> dict[str, Any]:
    """Seconds of a whole case by number of children (median of some rounds); ratio is the largest to the smallest, both
    measured in the same round: the best of the short ones may fall into a moment too short for a long one."""
    with scratch():
        with transaction() as session:
            definitions.publish_files(session, "bench", _bundle(), author="bench")
        _whole_case(children[0])
        took = [{count: _whole_case(count) for count in children} for _ in range(rounds)]
    ratios = [each[max(children)] / each[min(children)] for each in took]
    seconds = {str(count): round(median(each[count] for each in took), 3) for count in children}
    return {"children": seconds, "ratio": round(median(ratios), 2)}


def _whole_case(count: int) -> float:
    began = time.perf_counter()
    with transaction() as session:
        made = instances.start(session, "bench", business_key="B", variables={"count": count}, actor="bench")
    done = 0
    while True:
        with transaction() as session:
            tasks = usertasks.listing(session, instance_id=made.id, limit=500)
        if not tasks:
            break
        for task in tasks:
            with transaction() as session:
                usertasks.complete(session, task.id, {"answer": done}, actor="bench")
            done += 1
    with transaction() as session:
        assert instances.get(session, made.id).status == InstanceStatus.COMPLETED
    assert done == 2 * count + 1
    return time.perf_counter() - began
