"""Events: start, catch, boundary, throw and end (BPMN 2.0, 10.5), and the gateway which waits for the first of some."""

from collections.abc import Mapping

from SpiffWorkflow.util.task import TaskState

from engine.feel.values import Value
from engine.spiff import model
from engine.spiff.environment import Variables
from engine.spiff.expressions import Formula
from engine.spiff.nodes import Node, detach, give, invoke, put
from engine.spiff.throwing import broadcast, throw_cancel, throw_error, throw_escalation
from engine.spiff.waiting import Wait, beat_again, listen, send
from engine.spiff.workflow import (
    ProcessSpec,
    Token,
    arrive,
    cancel,
    cancel_all,
    layers,
    set_variable,
    settle,
    take_out,
    variables,
)


class EventNode(Node):
    """What catching and throwing events share: mappings and the compiled definition."""

    wait: Wait

    def __init__(self, spec: ProcessSpec, drawn: model.Node, name: str | None = None) -> None:
        super().__init__(spec, drawn, name)
        self.maps_in: list[tuple[list[str], Formula]] = []
        self.maps_out: list[tuple[list[str], Formula]] = []

    def hand_out(self, token: Token, values: dict[str, Value]) -> None:
        """Payload -> variables, by the output mappings where there are any."""
        if not self.maps_out:
            for name, value in values.items():
                set_variable(token, name, value)
            return
        movement = token.workflow.top_workflow.movement
        seen = Variables([values, *layers(token)], movement)
        for target, source in self.maps_out:
            give(token, target, source.value(seen, movement.functions))

    def take_in(self, token: Token) -> None:
        """Input mappings -> variables of the token's own."""
        functions = token.workflow.top_workflow.movement.functions
        for target, source in self.maps_in:
            put(token.data, target, source.value(variables(token), functions))


class StartEvent(EventNode):
    """Where a process begins; what it may wait for outside (message, signal) has happened when a token is here.

    What came with it is in the process already; output mappings add to that.
    """

    def _run_hook(self, token: Token) -> bool | None:
        self.hand_out(token, {})
        return True


class CatchEvent(EventNode):
    """Intermediate catch event: waits, then goes on."""

    def _update_hook(self, token: Token) -> bool | None:
        self.take_in(token)
        token._set_state(TaskState.WAITING)
        listen(token, self.wait)
        return None

    def fire(self, token: Token, values: dict[str, Value]) -> None:
        """What it waited for has happened."""
        gateway = token.workflow.tasks.get(token._parent)
        self.hand_out(token, values)
        _forget(token)
        detach(token)
        if gateway is not None and isinstance(gateway.task_spec, EventGateway):
            token.workflow.top_workflow.movement.passed(gateway.task_spec.name, token.internal_data.get("via", ""))
            cancel(gateway)


class BoundaryEvent(EventNode):
    """An event on an activity. A waiting one has a token below the activity's; error and escalation are looked up."""

    @property
    def waits(self) -> bool:
        """Whether it needs a token that waits."""
        return self.wait.kind in ("timer", "message", "signal", "conditional")

    def _update_hook(self, token: Token) -> bool | None:
        if "thrown" in token.internal_data:
            return True
        token._set_state(TaskState.WAITING)
        listen(token, self.wait)
        return None

    def fire(self, token: Token, values: dict[str, Value]) -> None:
        """What it waited for has happened: interrupt the activity, or go on beside it."""
        if self.drawn.interrupting:
            host = token.workflow.tasks[token._parent]
            _forget(token)
            detach(token)
            cancel(host)
            self.hand_out(token, values)
            return
        self.thrown(token, values)
        again = token.internal_data.get("kind") is not None or "held" in token.internal_data or beat_again(token)
        if not again:
            take_out(token)

    def thrown(self, host: Token, values: dict[str, Value]) -> None:
        """Put a token on the event's way out, in the scope of `host`."""
        made = Token(host.workflow, self, host.workflow.task_tree)
        made.internal_data["thrown"] = True
        self.hand_out(made, values)
        self._update(made)


def _forget(token: Token) -> None:
    """Drop the notes of waiting."""
    for note in ("due", "beats", "every", "kind", "name", "key", "held"):
        token.internal_data.pop(note, None)


class SubprocessStart(EventNode):
    """The listening start event of an event subprocess, standing in the scope around it (BPMN 2.0, 13.5.4)."""

    listens = True
    subprocess: Node

    def _update_hook(self, token: Token) -> bool | None:
        token._set_state(TaskState.WAITING)
        listen(token, self.wait)
        return None

    def fire(self, token: Token, values: dict[str, Value]) -> None:
        """Begin the event subprocess, instead of or beside what the scope does."""
        scope = token.workflow
        self.hand_out(token, values)
        if self.drawn.interrupting:
            cancel_all(scope)
        elif not (token.internal_data.get("kind") or "held" in token.internal_data or beat_again(token)):
            take_out(token)
        arrive(scope, self.subprocess, None)

    @property
    def waits(self) -> bool:
        """Whether it needs a token that waits; error and escalation starts are looked up when thrown."""
        return self.wait.kind in ("timer", "message", "signal", "conditional")


class ThrowEvent(EventNode):
    """Intermediate throw event or end event: causes something, then goes on (an end event has no way out)."""

    may_be_skipped = True

    def finish(self, token: Token, values: Mapping[str, Value]) -> None:
        """What stands for the results of its function."""
        self.hand_out(token, dict(values))

    def _run_hook(self, token: Token) -> bool | None:
        scope = token.workflow
        movement = scope.top_workflow.movement
        self.take_in(token)
        if self.drawn.function:
            self.hand_out(token, invoke(token, self.drawn.function, self.drawn.headers))
            return True
        match self.wait.kind:
            case "message":
                send(token, self.wait)
            case "signal":
                send(token, self.wait)
                broadcast(scope.top_workflow, self.wait.name, dict(token.data))
            case "escalation":
                throw_escalation(token, self.wait.code, dict(token.data))
            case "error":
                throw_error(token, self.wait.code, dict(token.data), "")
            case "cancel":
                throw_cancel(token)
            case "terminate":
                movement.passed(self.name)
                cancel_all(scope)
                settle(scope)
        if not token.alive:
            return None
        self.hand_out(token, {})
        return True


class EventGateway(Node):
    """Waits for the first of the events behind it (BPMN 2.0, 10.6.6); each has a token of its own below."""

    def _update_hook(self, token: Token) -> bool | None:
        token._set_state(TaskState.STARTED)
        for out in self.outs:
            arrive(token.workflow, out.target, out.flow, parent=token)
        return None
