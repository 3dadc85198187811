"""Embedded subprocesses, transactions, event subprocesses and called processes: a scope inside a token."""

from typing import TYPE_CHECKING

from engine.feel.values import Value
from engine.spiff.errors import Failure
from engine.spiff.nodes import Activity
from engine.spiff.workflow import ProcessSpec, Token, enter_inner

if TYPE_CHECKING:
    from collections.abc import Callable


class SubProcess(Activity):
    """An embedded subprocess: its tokens see and set the variables around it."""

    inner: ProcessSpec

    def work(self, token: Token) -> bool | None:
        top = token.workflow.top_workflow
        under_way = top.subprocesses.get(token.id)
        if under_way is None:
            enter_inner(token, self.inner_spec(), self.given(token))
            return None
        if not under_way.completed:
            return None
        del top.subprocesses[token.id]
        self.finish(token, self.results(token, under_way.task_tree.data))
        return True

    def inner_spec(self) -> ProcessSpec:
        """What is inside."""
        return self.inner

    def given(self, token: Token) -> dict[str, Value]:
        """Variables with which the scope begins."""
        return {}

    def results(self, token: Token, data: dict[str, Value]) -> dict[str, Value]:
        """Variables of the scope which go out when it is done; those of an embedded one are outside already."""
        return data if self.maps_out else {}


class CallActivity(SubProcess):
    """A called process, pinned when the caller was published.

    It sees the caller's variables (unless `propagateAllParentVariables` is false) but sets its own; what it set goes
    back at its end: all, or by the output mappings.
    """

    resolve: "Callable[[], ProcessSpec | None]"

    def __init__(self, *args: object) -> None:
        super().__init__(*args)  # type: ignore[arg-type]  # handed through
        self.shares_variables = self.drawn.pass_all

    def inner_spec(self) -> ProcessSpec:
        spec = self.resolve()
        if spec is None:
            raise Failure(self.name, "unknown_process", f"The called process {self.drawn.called!r} is not there")
        return spec

    def given(self, token: Token) -> dict[str, Value]:
        return {} if self.shares_variables else dict(token.data)

    def results(self, token: Token, data: dict[str, Value]) -> dict[str, Value]:
        if self.maps_out:
            return data
        if self.drawn.return_all is False:
            return {}
        return {name: value for name, value in data.items() if name not in token.data or token.data[name] != value}
