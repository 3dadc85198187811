"""One process played in memory: restored, moved, kept. No database, no effects; functions answer by their results."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.feel.functions import Function as FeelFunction
from engine.feel.functions import Functions
from engine.feel.values import from_python
from engine.forms import FieldProblem, Form
from engine.functions import BpmnError, Function
from engine.lint.choosing import Chooser, put
from engine.lint.filling import filled
from engine.lint.surroundings import GIVES
from engine.spiff import execution, model, state
from engine.spiff.movement import Movement
from engine.spiff.opening import opening
from engine.spiff.watching import Waits, waits_of
from engine.spiff.workflow import ProcessSpec, Token, Workflow, variables

START = dt.datetime(2030, 1, 1, 1, 0, tzinfo=dt.UTC)
ANY_ERROR = "DRY_RUN"
MOVE_SECONDS = 0.25
"""Of processor time, so that one move cannot take what the whole dry run has."""


@dataclass(frozen=True, slots=True)
class Moment:
    """An instance as it was when everything waited: its bytes, the virtual time, and the elements where it waits."""

    state: bytes
    now: dt.datetime
    standing: frozenset[str]

    @property
    def ended(self) -> bool:
        """Whether nothing can happen any more."""
        return not self.state


@dataclass(slots=True)
class Player:
    """Plays instances of one process.

    results: what a function may answer, by its name; errors: codes which something around an element catches; names:
    FEEL functions of the domain; loose: variables which only the outside sets; filled: user task -> what its form
    still objected to, empty where it was ever filled rightly; movement: the one under way, or the last.
    """

    spec: ProcessSpec
    chooser: Chooser
    forms: Mapping[str, Form]
    errors: Mapping[str, list[str]]
    names: frozenset[str]
    loose: frozenset[str]
    path: list[str] = field(default_factory=list)
    now: dt.datetime = START
    filled: dict[str, list[FieldProblem]] = field(default_factory=dict)
    movement: Movement | None = None

    @property
    def at(self) -> str:
        """The element where something happened last; that of the process where nothing did."""
        return (self.movement.at if self.movement is not None else "") or self.spec.name

    def begin(self, entry: str | None, variables: Iterable[str]) -> Moment:
        """A new instance. Raises Failure."""
        self.chooser.turn()
        given = self.chooser.answer(variables)
        return self._moved(execution.begin(self.spec, given, self._movement(START), entry), Waits())

    def go_on(self, moment: Moment) -> Moment:
        """One thing happens: a task is completed, time passes to a timer, a message or signal comes. Raises Failure."""
        self.chooser.turn()
        top = state.load(moment.state, self.spec)
        top.movement = self._movement(moment.now)
        before = waits_of(top)
        kind, thing = self._least(list(self._choices(before)))
        if kind == "task":
            execution.complete(top, thing.id, self._values(thing))
        elif kind == "timer":
            self.now = top.movement.now = max(moment.now, thing.due_at)
        else:
            values = self.chooser.answer(self.loose)
            execution.receive(top, thing.kind, thing.name, thing.key, dict(from_python(values, "message")))
        return self._moved(top, before)

    def _choices(self, waits: Waits) -> Iterator[tuple[str, Any]]:
        yield from (("task", token) for token in waits.tasks.values())
        yield from (("timer", deadline) for deadline in waits.deadlines.values())
        yield from (("message", listening) for listening in waits.listening.values())

    def _least(self, choices: list[tuple[str, Any]]) -> tuple[str, Any]:
        """What happened least among the things which may happen, by element; tasks rather than the rest."""
        tried, rng = self.chooser.tried, self.chooser.rng
        tasks = [each for each in choices if each[0] == "task"]
        pool = tasks if tasks and rng.random() < 0.7 else choices
        chosen = min(pool, key=lambda each: (tried[_what(each), 0], rng.random()))
        tried[_what(chosen), 0] += 1
        return chosen

    def _moved(self, top: Workflow, before: Waits) -> Moment:
        try:
            execution.run(top)
            after = waits_of(top)
            for token_id, token in after.tasks.items():
                if token_id not in before.tasks:
                    top.movement.at = str(token.task_spec.drawn.id)
                    opening(token)
        finally:
            self.path += top.movement.path
        listed: list[Any] = [*after.deadlines.values(), *after.listening.values()]
        standing = {each.element_id for each in listed} | {each.task_spec.drawn.id for each in after.tasks.values()}
        return Moment(b"" if top.completed else state.dump(top), top.movement.now, frozenset(standing))

    def _values(self, token: Token) -> dict[str, Any]:
        """What somebody may complete a task with: what its form lets through, else what the outside may set."""
        node: model.Node = token.task_spec.drawn
        form = self.forms.get(node.work.form_id or "")
        if form is not None:
            seen = variables(token)
            shown = {**seen, "case": seen.get("case")}
            values, problems = filled(form, self.chooser, shown, token.workflow.top_workflow.movement.functions)
            self.filled[node.id] = [] if not self.filled.get(node.id, problems) else problems
            return values
        return self.chooser.answer({name for name in node.headers.get(GIVES, "").split("\n") if name} or self.loose)

    def _movement(self, now: dt.datetime) -> Movement:
        chooser, self.now = self.chooser, now
        functions = Functions({name: FeelFunction(self._later, ("a", "b", "c"), optional=3) for name in self.names})

        def view() -> Mapping[str, Any]:
            paths = {name.removeprefix("case.") for name in chooser.candidates.by_name if name.startswith("case.")}
            found: dict[str, Any] = {}
            for path in sorted(paths):
                put(found, path.split("."), chooser.pick(f"case.{path}"))
            return found

        self.movement = Movement(now, view=view, names=lambda: functions, invoke=self._invoke, seconds=MOVE_SECONDS)
        return self.movement

    def _later(self, *_arguments: object) -> Any:
        """What the domain's calendar would say: some time ahead."""
        return from_python(self.now + dt.timedelta(hours=self.chooser.rng.randint(1, 200)), "result")

    def _invoke(
        self, function: Function, element_id: str, variables: Mapping[str, Any], headers: Mapping[str, str]
    ) -> Mapping[str, Any]:
        codes: list[str | None] = [None, *self.errors.get(element_id, ())]
        code = codes[self.chooser.index(f"error {element_id}", len(codes))]
        if code is not None:
            raise BpmnError(code or ANY_ERROR)
        return self.chooser.answer(self.loose if function.gives is None else function.gives)


def _what(choice: tuple[str, Any]) -> str:
    """The name under which a move is counted."""
    kind, thing = choice
    element: str = thing.task_spec.drawn.id if kind == "task" else thing.element_id
    return f"{kind} {element}"
