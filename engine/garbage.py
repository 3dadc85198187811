"""Python's cycle collector, set for processes which do many short pieces of work.

A step makes some thousands of objects and drops them all, hardly any in a cycle; the default thresholds let the
collector look through them, and through everything the libraries keep, many times for nothing: a quarter of a step
of an instance with fifty called processes.
"""

import gc

_YOUNG = 10_000
"""Objects made before the youngest are looked through (default 700): more than a large step makes."""


def settle() -> None:
    """Call once when a process has loaded what it needs: that is never looked through again, the rest seldom."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, 5, 20)
