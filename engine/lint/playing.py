"""One process played in memory: restored, moved, kept. No database, no effects; functions answer by their results."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from engine.feel.functions import Function as FeelFunction
from engine.feel.functions import Functions
from engine.feel.values import from_python
from engine.forms import Component, Form
from engine.functions import BpmnError, Function
from engine.lint.candidates import Candidates
from engine.lint.surroundings import GIVES
from engine.spiff import execution, model, state
from engine.spiff.movement import Movement
from engine.spiff.opening import opening
from engine.spiff.watching import Waits, waits_of
from engine.spiff.workflow import ProcessSpec, Workflow

START = dt.datetime(2030, 1, 1, 1, 0, tzinfo=dt.UTC)
ANY_ERROR = "DRY_RUN"
ANOTHER_WISH = 0.2
WISHING = 0.8


@dataclass(slots=True)
class Chooser:
    """Chooses among candidates: half of the time what was tried least, else by chance; the same way every time."""

    candidates: Candidates
    rng: Random = field(default_factory=lambda: Random(0))  # noqa: S311 (which values are tried is no secret)
    tried: Counter[tuple[str, int]] = field(default_factory=Counter)
    mood: str = ""
    wish: Mapping[str, Any] = field(default_factory=dict)

    def turn(self) -> None:
        """Another move: it may lean to low numbers and `false`, or to high ones and `true`, which opens rare paths; and
        to values which let the same rule of a decision match."""
        self.mood = self.rng.choice(("", "low", "high"))
        if self.rng.random() < ANOTHER_WISH:
            rules = self.candidates.together
            self.wish = rules[self.index("rule", len(rules))] if rules and self.rng.random() < WISHING else {}

    def pick(self, name: str) -> Any:
        """A value for a variable or path."""
        if name in self.wish and self.rng.random() < WISHING:
            return self.wish[name]
        values = self.candidates.of(name)
        numbers = [value for value in values if isinstance(value, int | float)]
        if self.mood and len(numbers) == len(values) > 1 and self.rng.random() < 0.9:
            half = sorted(numbers)
            values = half[: (len(half) + 1) // 2] if self.mood == "low" else half[len(half) // 2 :]
            return self.rng.choice(values)
        return values[self.index(name, len(values))]

    def index(self, what: str, count: int) -> int:
        """A number below `count`, for the choice named `what`."""
        number = self.rng.randrange(count)
        if self.rng.random() < 0.5:
            number = min(range(count), key=lambda each: (self.tried[what, each], (each - number) % count))
        self.tried[what, number] += 1
        return number

    def answer(self, names: Iterable[str]) -> dict[str, Any]:
        """A value for each name; dots make contexts."""
        found: dict[str, Any] = {}
        for name in sorted(names):
            _put(found, name.split("."), self.pick(name))
        return found

    def fill(self, form: Form) -> dict[str, Any]:
        """What somebody may enter into a form."""
        return self._filled(form.root)

    def _filled(self, holder: Component) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for component in holder.components:
            if component.repeats and component.path:
                _put(found, list(component.path), [self._filled(component)])
            elif component.keyed and component.path:
                _put(found, list(component.path), self.pick(".".join(component.path)))
            else:
                _merge(found, self._filled(component))
        return found


def _put(data: dict[str, Any], path: list[str], value: Any) -> None:
    for name in path[:-1]:
        inner = data.get(name)
        if not isinstance(inner, dict):
            inner = data[name] = {}
        data = inner
    data[path[-1]] = value


def _merge(data: dict[str, Any], other: Mapping[str, Any]) -> None:
    for name, value in other.items():
        if isinstance(value, dict) and isinstance(data.get(name), dict):
            _merge(data[name], value)
        else:
            data[name] = value


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
    FEEL functions of the domain; loose: variables which only the outside sets.
    """

    spec: ProcessSpec
    chooser: Chooser
    forms: Mapping[str, Form]
    errors: Mapping[str, list[str]]
    names: frozenset[str]
    loose: frozenset[str]
    path: list[str] = field(default_factory=list)
    now: dt.datetime = START

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
            execution.complete(top, thing.id, self._values(thing.task_spec.drawn))
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
                    opening(token)
        finally:
            self.path += top.movement.path
        listed: list[Any] = [*after.deadlines.values(), *after.listening.values()]
        standing = {each.element_id for each in listed} | {each.task_spec.drawn.id for each in after.tasks.values()}
        return Moment(b"" if top.completed else state.dump(top), top.movement.now, frozenset(standing))

    def _values(self, node: model.Node) -> dict[str, Any]:
        """What somebody may complete a task with: its form's fields, else what the outside may set."""
        form = self.forms.get(node.work.form_id or "")
        if form is not None:
            return self.chooser.fill(form)
        return self.chooser.answer({name for name in node.headers.get(GIVES, "").split("\n") if name} or self.loose)

    def _movement(self, now: dt.datetime) -> Movement:
        chooser, self.now = self.chooser, now
        functions = Functions({name: FeelFunction(self._later, ("a", "b", "c"), optional=3) for name in self.names})

        def view() -> Mapping[str, Any]:
            paths = {name.removeprefix("case.") for name in chooser.candidates.by_name if name.startswith("case.")}
            found: dict[str, Any] = {}
            for path in sorted(paths):
                _put(found, path.split("."), chooser.pick(f"case.{path}"))
            return found

        return Movement(now, view=view, names=lambda: functions, invoke=self._invoke)

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
