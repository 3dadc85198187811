"""Tasks: work for a person, functions, scripts, decisions, messages."""

from typing import TYPE_CHECKING, Any

from SpiffWorkflow.util.task import TaskState

from engine.feel import to_plain
from engine.feel.values import Value
from engine.spiff.errors import Failure
from engine.spiff.expressions import Formula
from engine.spiff.nodes import Activity, as_values, invoke
from engine.spiff.waiting import Wait, listen, send
from engine.spiff.workflow import Token, take_out, variables

if TYPE_CHECKING:
    from engine.spiff.decisions import Decider


class PassThrough(Activity):
    """`bpmn:task` and `bpmn:manualTask`: work outside of the software; the token passes, mappings are carried out."""

    def work(self, token: Token) -> bool | None:
        self.finish(token, {})
        return True


class UserTask(Activity):
    """Waits (READY) until somebody completes it with values."""

    waits_for_person = True
    assignee: Formula | None = None
    groups: Formula | None = None
    users: Formula | None = None
    due: Formula | None = None
    follow_up: Formula | None = None
    priority: Formula | None = None

    def _on_ready_hook(self, token: Token) -> None:
        """It does not run by itself; the body of its rounds, when there are none, does."""
        if "total" in token.internal_data:
            super()._on_ready_hook(token)

    def work(self, token: Token) -> bool | None:
        """It is run by `complete` only."""
        return True

    def complete(self, token: Token, values: dict[str, Any]) -> None:
        """Complete the task with validated values."""
        given = as_values(self.name, values)
        if not beside_another(token):
            self.finish(token, given)
        token.run()

    def _on_complete(self, token: Token) -> None:
        if beside_another(token):
            take_out(token)
        else:
            super()._on_complete(token)


def beside_another(token: Token) -> bool:
    """Whether it is that of a signer who was added to a task which stands alone (`spiff.signing`)."""
    return "signer" in token.internal_data and "round" not in token.internal_data


class ServiceTask(Activity):
    """Runs a registered function."""

    may_be_skipped = True

    def work(self, token: Token) -> bool | None:
        self.finish(token, invoke(token, self.drawn.function or "", self.drawn.headers))
        return True


class ScriptTask(Activity):
    """Evaluates a FEEL expression into a variable."""

    may_be_skipped = True
    script: Formula

    def work(self, token: Token) -> bool | None:
        value = self.evaluate(token, self.script)
        self.finish(token, {self.drawn.result: value} if self.drawn.result else {})
        return True


class DecisionTask(Activity):
    """Asks a decision of the bundle; its trace goes into the history."""

    may_be_skipped = True
    decider: "Decider"

    def work(self, token: Token) -> bool | None:
        movement = token.workflow.top_workflow.movement
        value, trace = self.decider.decide(self.name, variables(token), movement.functions)
        movement.happened(
            "decision_made",
            self.name,
            token.id,
            decision=self.drawn.decision,
            variable=self.drawn.result,
            result=to_plain(value),
            trace=trace,
        )
        self.finish(token, {self.drawn.result: value} if self.drawn.result else _spread(self.name, value))
        return True


def _spread(element_id: str, value: Value) -> dict[str, Value]:
    """Entries of a context as variables. Raises Failure for another value: it would have no name."""
    if isinstance(value, dict):
        return value
    raise Failure(element_id, "no_result_variable", "The decision has no result variable for its value")


class ReceiveTask(Activity):
    """Waits for a message."""

    catches: Any = None

    def begin(self, token: Token) -> bool | None:
        super().begin(token)
        token._set_state(TaskState.WAITING)
        listen(token, self.catches)
        return None

    def received(self, token: Token, values: dict[str, Value]) -> None:
        """The message has come."""
        self.finish(token, values)
        token._set_state(TaskState.READY)
        token.workflow.top_workflow.movement.ready.append(token)


class SendTask(Activity):
    """Promises a message to another instance; one with a function is a `ServiceTask`."""

    may_be_skipped = True
    throws: Wait | None = None

    def work(self, token: Token) -> bool | None:
        if self.throws is not None:
            send(token, self.throws)
        self.finish(token, {})
        return True
