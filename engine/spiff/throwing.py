"""Where a thrown error, escalation, cancellation or signal is caught: from the inside outwards (BPMN 2.0, 10.5.6)."""

from collections.abc import Iterator, Mapping
from typing import Any

from engine.feel.values import from_python
from engine.spiff.errors import Failure
from engine.spiff.workflow import ROOT, Scope, SubWorkflow, Token, Workflow, arrive, cancel, cancel_all, tokens


def _hosts(token: Token) -> Iterator[tuple[Token | None, Scope]]:
    """The activities around a token, itself first, and after each scope's activities the scope (activity None).

    Events stand on the body of a multi-instance, not on its rounds. From inside an event subprocess the scope it is
    drawn in is left out: what it throws goes on outwards, and neither it nor another beside it catches that (10.5.6).
    """
    here: Token = token
    while True:
        below: Token | None = here
        handling = False
        while below is not None and below.id != ROOT:
            handling |= below.task_spec.drawn.by_event
            if "round" not in below.internal_data:
                yield below, below.workflow
            below = below.workflow.tasks.get(below._parent)
        if not handling:
            yield None, here.workflow
        if not isinstance(here.workflow, SubWorkflow):
            return
        here = here.workflow.host


def _matches(wait: Any, kind: str, code: str) -> bool:
    return wait.kind == kind and wait.code in ("", code)


def _catcher(token: Token, kind: str, code: str) -> tuple[Token | None, Scope, Any] | None:
    """Who catches: the host, its scope, and the boundary event or event subprocess start."""
    for host, scope in _hosts(token):
        nodes = scope.spec.passive if host is None else getattr(host.task_spec, "boundaries", ())
        fitting = [node for node in nodes if _matches(node.wait, kind, code)]
        if fitting:
            exact = [node for node in fitting if node.wait.code == code]
            return host, scope, (exact or fitting)[0]
    return None


def throw_error(token: Token, code: str, values: Mapping[str, Any], message: str) -> None:
    """An error ends what it leaves, up to the event which catches it. Raises Failure where none does."""
    movement, node = token.workflow.top_workflow.movement, token.task_spec
    found = _catcher(token, "error", code)
    if found is None:
        detail = f": {message}" if message and message != code else ""
        raise Failure(node.name, "uncaught_error", f"Nothing catches the error {code!r}{detail}")
    movement.passed(node.name)
    movement.happened("error_caught", found[2].name, token.id, code=code, thrown_by=node.name)
    _caught(found, dict(from_python(dict(values), "error")), interrupting=True)


def throw_escalation(token: Token, code: str, values: Mapping[str, Any]) -> None:
    """An escalation is told outwards; where nothing catches it, the process goes on (BPMN 2.0, 10.5.6)."""
    movement, node = token.workflow.top_workflow.movement, token.task_spec
    found = _catcher(token, "escalation", code)
    by = "" if found is None else found[2].name
    movement.happened("escalated", node.name, token.id, code=code, caught_by=by)
    if found is not None:
        _caught(found, dict(values), interrupting=found[2].drawn.interrupting)


def throw_cancel(token: Token) -> None:
    """A cancel end event ends its transaction and goes on at the transaction's cancel boundary event."""
    movement, node = token.workflow.top_workflow.movement, token.task_spec
    found = _catcher(token, "cancel", "")
    if found is None:
        raise Failure(node.name, "uncaught_cancel", "The transaction has no cancel boundary event")
    movement.passed(node.name)
    _caught(found, {}, interrupting=True)


def _caught(found: tuple[Token | None, Scope, Any], values: dict[str, Any], *, interrupting: bool) -> None:
    host, scope, node = found
    if host is None:
        if interrupting:
            cancel_all(scope)
        node.hand_out(scope.task_tree, values)
        arrive(scope, node.subprocess, None)
        return
    node.thrown(host, values)
    if interrupting:
        cancel(host)


def broadcast(top: Workflow, name: str, values: Mapping[str, Any]) -> int:
    """Give a signal to every token of this instance which waits for it; how many."""
    waiting = [
        token
        for token in tokens(top)
        if token.internal_data.get("kind") == "signal" and token.internal_data.get("name") == name
    ]
    count = 0
    for token in waiting:
        if token.alive:
            trigger(token, values)
            count += 1
    return count


def trigger(token: Token, values: Mapping[str, Any]) -> None:
    """What a token waits for has happened."""
    node = token.task_spec
    fire = getattr(node, "fire", None) or node.received
    fire(token, dict(from_python(dict(values), "payload")))
