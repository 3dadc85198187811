"""Functions which the caller adds to the language (calendar functions, decision services), as an immutable registry."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from engine.clock import now as engine_now
from engine.feel.values import Value


@dataclass(frozen=True, slots=True)
class Function:
    """An added function: takes FEEL values by position in the order of `params`.

    It returns a FEEL value, or Python data which `from_python` takes. `optional` of the last parameters may be
    left out (then they are None). doc_zh and doc_en are one sentence each, for process owners. It may raise
    `FeelError` (the result is null, with its message as the diagnostic); anything else it raises is a bug and
    passes through.
    """

    call: Callable[..., Value]
    params: tuple[str, ...] = ()
    doc_zh: str = ""
    doc_en: str = ""
    optional: int = 0


class Functions(Mapping[str, Function]):
    """Added functions by name, types of the caller's own (item definitions: a test each) and the clock of `now()`."""

    __slots__ = ("_by_name", "clock", "find", "types")

    def __init__(
        self,
        functions: Mapping[str, Function] | None = None,
        *,
        types: Mapping[str, Callable[[Value], bool]] | None = None,
        clock: Callable[[], dt.datetime] = engine_now,
    ) -> None:
        """clock gives an aware time; types are names for `instance of` and parameter types."""
        self._by_name = MappingProxyType(dict(functions or {}))
        self.find = self._by_name.get
        self.types = MappingProxyType(dict(types or {}))
        self.clock = clock

    def __getitem__(self, name: str) -> Function:
        return self._by_name[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_name)

    def __len__(self) -> int:
        return len(self._by_name)

    def __bool__(self) -> bool:
        """Always true: an empty registry still has types and a clock."""
        return True

    def __or__(self, other: "Functions") -> "Functions":
        """Both together; the right one wins, also with its clock."""
        return Functions({**self._by_name, **other._by_name}, types={**self.types, **other.types}, clock=other.clock)


NO_FUNCTIONS = Functions()
