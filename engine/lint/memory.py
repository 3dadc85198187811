"""Reports of the gate, remembered by what they are about.

A studio asks again and again about the same files, then submits and publishes them: the answer stays the same while
neither the files nor what they are judged by have changed.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock

from engine.findings import Finding

REMEMBERED = 64
_known: OrderedDict[Hashable, tuple[Finding, ...]] = OrderedDict()
_lock = Lock()


def remembered(key: Hashable, make: Callable[[], list[Finding]]) -> list[Finding]:
    """The report known by `key`, which names all it depends on; made where it is not known."""
    with _lock:
        if key in _known:
            _known.move_to_end(key)
            return list(_known[key])
    found = make()
    with _lock:
        _known[key] = tuple(found)
        while len(_known) > REMEMBERED:
            _known.popitem(last=False)
    return found
