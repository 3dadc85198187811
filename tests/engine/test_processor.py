"""Processor time of a piece of work is its own."""

import gc
from time import thread_time

from engine import processor


def test_work_counts_and_what_the_collector_takes_does_not() -> None:
    rings: list[list[object]] = []
    for _ in range(200_000):
        ring: list[object] = []
        ring.append(ring)
        rings.append(ring)
    own, whole = processor.seconds(), thread_time()
    gc.collect()
    own, whole = processor.seconds() - own, thread_time() - whole
    assert whole > 0.001
    assert own < whole / 4
    own = processor.seconds()
    sum(range(1_000_000))
    assert processor.seconds() - own > 0.001
