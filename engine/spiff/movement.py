"""One movement of an instance: what the step gives its tokens (time, names, budgets) and what it takes away from them.

A movement lives as long as one step. Nothing in it is saved; what happened is in `path`, `facts` and `effects`.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING, Any
from uuid import UUID

from engine import processor
from engine.feel.functions import NO_FUNCTIONS, Functions
from engine.feel.values import from_python
from engine.functions import Function
from engine.spiff.errors import Failure
from engine.spiff.working import Skip, Work, place, work_of

if TYPE_CHECKING:
    from engine.spiff.workflow import Token

MAX_MOVES = 5_000
MAX_TOKENS = 2_000
MAX_DEPTH = 20
MAX_PATH = 2_000
MAX_SECONDS = 2.0
"""Of processor time for what a diagram computes in one step; its functions do not count."""


@dataclass(frozen=True, slots=True)
class Fact:
    """Something worth an event in the history."""

    kind: str
    element_id: str
    token_id: UUID | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Effect:
    """Something for other instances, to be promised: `message` or `signal`."""

    kind: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Firing:
    """A `timer` or `condition` on which a token waited and which happened."""

    kind: str
    element_id: str
    token_id: UUID

    @property
    def key(self) -> str:
        """Names it among the commands of its instance: of a timer as the step of its row is named."""
        return f"timer:{self.token_id}" if self.kind == "timer" else f"condition:{self.element_id}"


Invoke = Callable[[Function, str, Mapping[str, Any], Mapping[str, str]], Mapping[str, Any] | None]
"""Runs a registered function: (function, element id, variables, headers) -> variables. May raise BpmnError."""


class Movement:
    """Context of one step.

    now: the moment of the step; view: gives the read-only `case` (asked once, when first used); names: gives the
    injected FEEL functions (likewise); invoke: runs a registered function, None = functions are not run (dry);
    skip: automatic work which is not done in this step; seconds: of processor time of this thread for all of it; zone:
    where a time is meant which names no zone. at: the element where a token came last, or moved.
    fires: whether what is due happens, too; `fired`: what did, in order; `doing`: the automatic work under way.
    """

    def __init__(
        self,
        now: datetime,
        *,
        view: Callable[[], Mapping[str, Any]] | None = None,
        names: Callable[[], Functions] | None = None,
        invoke: Invoke | None = None,
        skip: Sequence[Skip] = (),
        seconds: float = MAX_SECONDS,
        zone: tzinfo = UTC,
    ) -> None:
        self.now = now
        self.zone = zone
        self._until = processor.seconds() + seconds
        self._view = view
        self._names = names
        self._case: Any = None
        self._functions: Functions | None = None
        self.invoke = invoke
        self.skip = skip
        self.fires = True
        self.fired: list[Firing] = []
        self.doing: Work | None = None
        self._origin = ""
        self._turns: Counter[tuple[str, str]] = Counter()
        self.ready: deque[Token] = deque()
        self.path: list[str] = []
        self.facts: list[Fact] = []
        self.effects: list[Effect] = []
        self.moves = 0
        self.at = ""

    @property
    def case(self) -> Any:
        """The domain's view as a FEEL value."""
        if self._case is None:
            self._case = from_python(dict(self._view()), "case") if self._view else {}
        return self._case

    @property
    def functions(self) -> Functions:
        """FEEL functions of the domain, with the step's moment as the present."""
        if self._functions is None:
            given = self._names() if self._names else NO_FUNCTIONS
            self._functions = given | Functions(clock=lambda: self.now)
        return self._functions

    def passed(self, *ids: str) -> None:
        """Note elements and flows which a token passed; the first `MAX_PATH` are kept."""
        if len(self.path) < MAX_PATH:
            self.path.extend(ids)

    def happened(self, kind: str, element_id: str, token_id: UUID | None = None, **data: Any) -> None:
        """Note a fact for the history."""
        self.facts.append(Fact(kind, element_id, token_id, data))

    def fire(self, kind: str, element_id: str, token: "Token") -> None:
        """Note what happened of itself: it is where the moves which follow come from."""
        self.fired.append(Firing(kind, element_id, token.id))
        self.come_from(place(token))

    def come_from(self, origin: str) -> None:
        """Where the moves which follow come from; "" = from the command."""
        self._origin = origin

    def begin(self, token: "Token") -> Skip | None:
        """Automatic work begins; how it is skipped, where it is."""
        here = (self._origin, place(token))
        self._turns[here] += 1
        self.doing = work_of(token, self._origin, self._turns[here])
        for each in self.skip:
            if each.work == self.doing:
                each.used = True
                return each
        return None

    def count(self, token: "Token") -> None:
        """One more move; raises Failure when the step's budget is spent, which a loop without a wait does."""
        self.moves += 1
        self.at = str(token.task_spec.drawn.id)
        if self.moves > MAX_MOVES:
            raise Failure(
                token.task_spec.name,
                "too_many_moves",
                f"More than {MAX_MOVES} moves in one step: the process goes round without waiting for anything",
            )
        if processor.seconds() > self._until:
            name = token.task_spec.name
            raise Failure(name, "too_slow", "The expressions and decisions of this step take too much time")

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Work whose processor time is not the diagram's."""
        began = processor.seconds()
        try:
            yield
        finally:
            self._until += processor.seconds() - began
