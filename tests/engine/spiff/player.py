"""Plays one process in memory, without a database; restores it from its bytes before every move."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from engine.feel import to_plain
from engine.functions import Function
from engine.spiff import execution, state
from engine.spiff.compiled import Compiled, compile_bundle
from engine.spiff.movement import Movement
from engine.spiff.workflow import Workflow, find

NOW = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)


class Player:
    """An instance of a bundle; every move works on a state which went through bytes."""

    def __init__(
        self,
        files: Mapping[str, bytes],
        variables: Mapping[str, Any] | None = None,
        *,
        main: str = "P",
        called: Mapping[str, Compiled] | None = None,
        functions: Any = None,
        view: Any = None,
        entry: str | None = None,
    ) -> None:
        self.compiled = compile_bundle("d", files, main, called)
        self.now = NOW
        self.path: list[str] = []
        self.facts: list[tuple[str, str]] = []
        self.effects: list[tuple[str, Mapping[str, Any]]] = []
        self.functions, self.view = functions, view
        top = execution.begin(self.compiled.main, variables or {}, self._movement(), entry)
        self.state = b""
        self._finish(top)

    def _movement(self) -> Movement:
        def invoke(function: Function, element: str, variables: Mapping[str, Any], headers: Mapping[str, str]) -> Any:
            from engine.functions import Call

            return function.work(Call(None, None, element, variables, headers))  # type: ignore[arg-type]

        return Movement(self.now, view=self.view, names=self.functions, invoke=invoke)

    def load(self) -> Workflow:
        top = state.load(self.state, self.compiled.main)
        top.movement = self._movement()
        return top

    def _finish(self, top: Workflow) -> None:
        execution.run(top)
        self.path += top.movement.path
        self.facts += [(fact.kind, fact.element_id) for fact in top.movement.facts]
        self.effects += [(effect.kind, effect.data) for effect in top.movement.effects]
        self.state = state.dump(top)
        assert state.rows(state.load(self.state, self.compiled.main)) == state.rows(top)

    @property
    def ended(self) -> bool:
        return bool(self.load().completed)

    @property
    def variables(self) -> dict[str, Any]:
        return {name: to_plain(value) for name, value in execution.data(self.load()).items()}

    @property
    def standing(self) -> list[str]:
        """Ids of the elements where tokens stand, sorted."""
        return sorted(each.element_id for each in execution.standing(self.load()))

    @property
    def open(self) -> list[str]:
        """Ids of the open user tasks, in the order in which they were opened."""
        return [each for each, _ in self._open()]

    def _open(self) -> list[tuple[str, Any]]:
        top = self.load()
        found = [(each.element_id, each.token_id) for each in execution.standing(top)]
        return [
            (element, token_id)
            for element, token_id in found
            if (token := find(top, token_id)) is not None and execution.is_user_task(token)
        ]

    def sees(self, element: str) -> dict[str, Any]:
        """What the first open task of that element sees."""
        from engine.spiff.workflow import variables

        top = self.load()
        token_id = next(token_id for name, token_id in self._open() if name == element)
        token = find(top, token_id)
        assert token is not None
        return variables(token).plain()

    def complete(self, element: str, **values: Any) -> "Player":
        """Complete the oldest open task of that element."""
        token_id = next(token_id for name, token_id in self._open() if name == element)
        top = self.load()
        assert execution.complete(top, token_id, values)
        self._finish(top)
        return self

    def wait(self, **duration: float) -> "Player":
        """Let time pass, then let everything happen which is due."""
        self.now += dt.timedelta(**duration)
        self._finish(self.load())
        return self

    def message(self, name: str, key: str = "", **values: Any) -> bool:
        top = self.load()
        taken = execution.receive(top, "message", name, key, values)
        self._finish(top)
        return taken

    def signal(self, name: str, **values: Any) -> bool:
        top = self.load()
        taken = execution.receive(top, "signal", name, "", values)
        self._finish(top)
        return taken


def play(*parts: str, variables: Mapping[str, Any] | None = None, **options: Any) -> Player:
    """Start process P of these parts."""
    from tests.builders import bundle

    files = options.pop("files", None)
    return Player(bundle(*parts, files=files), variables, **options)
