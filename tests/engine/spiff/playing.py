"""Plays a random process through the engine's own doors and looks into every state it leaves behind.

After every step the stored rows of the instance are restored in a fresh process (`restoring`), and what that finds must
be what this process finds in them, what the rows of tasks, timers and subscriptions say, and the same bytes again.
"""

import base64
import datetime as dt
import random
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from engine import clock, db, instances, messages, timers, usertasks
from engine.ids import new_id
from engine.models import DefinitionFile, InstanceStatus, ProcessDefinition, TaskStatus, UserTask
from engine.spiff.compiled import compile_bundle
from tests.engine.spiff.random_processes import Made, make
from tests.engine.spiff.restoring import Elsewhere, described

BEGAN = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)
VALUES: tuple[Any, ...] = (
    None, True, 0, -7, 12.5, "", "退货", "a\nb", [], ["x", ["y"], {}], {"typename": "x", "b": {"c": [1, None]}},
)  # fmt: skip
"""What people answer."""


def tried(seed: int, other: Elsewhere) -> int:
    """Play a seed to its end in a transaction which is rolled back; how many steps it took. Raises AssertionError."""
    with db.engine().connect() as connection, connection.begin() as outer:
        with Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as session:
            game = _Game(session, make(seed), other)
            while not game.over:
                game.step()
            assert game.completed() == game.made.expected, game.where
        outer.rollback()
    return game.steps


class _Game:
    """One instance, and what is stored of it."""

    def __init__(self, session: Session, made: Made, other: Elsewhere) -> None:
        self.session, self.made, self.other = session, made, other
        self.dice, self.now, self.steps = random.Random(made.seed), BEGAN, 0
        self.sent = Counter[UUID | None]()
        self.compiled = compile_bundle("d", made.files, "P")
        with clock.at(self.now):
            self.instance = instances.start_definition(
                session, _published(session, made), business_key="K", variables=made.variables, actor="anna"
            ).id
        self.look()

    @property
    def where(self) -> str:
        return f"seed {self.made.seed}, step {self.steps}, hash seed {self.other.hash_seed}"

    @property
    def over(self) -> bool:
        return bool(self.row.status != InstanceStatus.RUNNING)

    def step(self) -> None:
        """Let one of the things happen which may happen now."""
        choices = [*self._tasks(), *self._words(), *self._times()]
        assert choices, f"nothing may happen any more: {self.where}"
        self.steps += 1
        with clock.at(self.now):
            self.dice.choice(choices)()
        self.look()

    def completed(self) -> Counter[str]:
        query = select(UserTask.element_id).where(
            UserTask.instance_id == self.instance, UserTask.status == TaskStatus.COMPLETED
        )
        return Counter(self.session.scalars(query))

    def _tasks(self) -> Iterator[Callable[[], None]]:
        """Completions, and messages to the boundary events of tasks; a task which must be late first is not offered."""
        armed = {element for _, element, _ in self.row.timers}
        for task_id, element, *_ in self.row.tasks:
            task, late = UUID(task_id), self.made.late.get(element)
            if late is not None and late.name and (late.interrupting or self.sent[task] < late.times):
                yield partial(self._send, late.name, task)
            elif late is None or (not late.interrupting and late.event not in armed):
                yield partial(self._complete, task, element)

    def _words(self) -> Iterator[Callable[[], None]]:
        for element in sorted({element for _, element, *_ in self.row.subscriptions} & self.made.sent.keys()):
            yield partial(self._send, self.made.sent[element], None)

    def _times(self) -> Iterator[Callable[[], None]]:
        """The earliest of the timers whose time comes."""
        coming = [(due_at, timer) for timer, element, due_at in self.row.timers if element in self.made.fired]
        if coming:
            due_at, timer = min(coming)
            yield partial(self._fire, UUID(timer), dt.datetime.fromisoformat(due_at))

    def _complete(self, task: UUID, element: str) -> None:
        values = {"said": self.dice.choice(VALUES), f"said_{element}": self.dice.choice(VALUES)}
        usertasks.complete(self.session, task, values, actor="anna")

    def _send(self, name: str, to: UUID | None) -> None:
        self.sent[to] += 1
        payload = {"heard": self.dice.choice(VALUES)}
        took = messages.publish(
            self.session, message_id=str(new_id()), name=name, correlation="k", payload=payload, actor="anna"
        )
        assert took, f"nobody took {name}: {self.where}"

    def _fire(self, timer: UUID, due_at: dt.datetime) -> None:
        self.now = max(self.now, due_at)
        with clock.at(self.now):
            assert timers.fire(self.session, timer), f"a timer did not fire: {self.where}"

    def look(self) -> None:
        """Restore what is stored in a fresh process, and compare all of it."""
        self.session.flush()
        self.row = self.session.execute(_STORED, {"id": self.instance}).one()
        stored = bytes(self.row.state)
        found = self.other.describe(stored, self.made.files, "P", self.now)
        assert found == described(stored, self.compiled, self.now), self.where
        assert found["state"] == base64.b64encode(stored).decode(), self.where
        assert found["completed"] == (self.row.status == InstanceStatus.COMPLETED), self.where
        assert found["timers"] == {key: facts for key, *facts in self.row.timers}, self.where
        assert found["subscriptions"] == {key: facts for key, *facts in self.row.subscriptions}, self.where
        assert found["tasks"].keys() == {key for key, *_ in self.row.tasks}, self.where
        for key, element, due_at, *names in self.row.tasks:
            again = found["tasks"][key]
            assert (again["element"], again["names"]) == (element, names), self.where
            assert again["due_at"] in (due_at, None), self.where  # none: the boundary timer it came from has fired


_STORED = text(
    """
    SELECT state, status,
        (SELECT coalesce(jsonb_agg(jsonb_build_array(id, element_id,
            to_char(due_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') || '+00:00', name_zh, name_en) ORDER BY id),
            '[]') FROM user_task WHERE instance_id = :id AND status = 'open') AS tasks,
        (SELECT coalesce(jsonb_agg(jsonb_build_array(id, element_id,
            to_char(due_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') || '+00:00') ORDER BY id), '[]')
            FROM timer WHERE instance_id = :id) AS timers,
        (SELECT coalesce(jsonb_agg(jsonb_build_array(id, element_id, kind, name, correlation) ORDER BY id), '[]')
            FROM subscription WHERE instance_id = :id) AS subscriptions
    FROM process_instance WHERE id = :id
    """
)


def _published(session: Session, made: Made) -> ProcessDefinition:
    """The definition as its publication would leave it; the gate, which is slow, judges random processes elsewhere."""
    found = ProcessDefinition(
        id=new_id(), key=f"random{made.seed}", version=1, process_id="P", name_zh="P", name_en="P", sha256="",
        author="anna", authors=["anna"],
        files=[DefinitionFile(path=path, content=content) for path, content in made.files.items()],
    )  # fmt: skip
    session.add(found)
    session.flush()
    return found
