"""Moving a token by hand: what speaks against it, and the move itself, for the preview and the step alike."""

from collections.abc import Iterator
from uuid import UUID

from sqlalchemy.orm import Session

from engine import publishing
from engine.errors import Conflict, Invalid
from engine.lint.soundness import from_marking
from engine.spiff import execution, model, signing
from engine.spiff.marking import flow_of, walking
from engine.spiff.workflow import ROOT, Scope, SubWorkflow, Token, Workflow, find

_TEXTS = {
    "deadlock": (
        "移动后汇合「{}」会永远等待：有一条路径上不会再有令牌到达。请移到汇合本身或它之前的元素",
        "After the move the join {!r} would wait for ever: on one of its entrances no token can arrive any more."
        " Move the token to the join itself, or to what is before it",
    ),
    "opens_twice": (
        "移动后「{}」会执行两次：两个令牌不经汇合先后到达。请先移走另一个令牌",
        "After the move {!r} would be done twice: two tokens reach it without a join. Move the other one first",
    ),
}


def relocate(session: Session, top: Workflow, token_id: UUID, target: str) -> str:
    """Put a token on another element of its process; the id of the element it was on.

    Raises Conflict where there is no such token, Invalid where the target is no element a token can be put on, or where
    the instance could not end any more. Then `top` is spoilt.
    """
    token = find(top, token_id)
    if token is None:
        raise Conflict("There is no such token any more", token=str(token_id), message_zh="该令牌已不在原处")
    if signing.added(token):
        raise signing.refusal("moves_with")
    source, scope = execution.element_of(token), token.workflow
    drawn = _drawn(session, scope)
    moved, held = _walker(token), walking(scope)
    before = {one.id: flow_of(one, one.task_spec.drawn, {}) for one in held}
    if execution.move(top, token_id, target) is None:
        zh, en = f"不能把令牌移到 {target}", f"A token cannot be moved to {target}"
        raise Invalid(en, problems=[{"path": target, "code": "no_target", "message_zh": zh, "message_en": en}])
    others = [flow for one, flow in before.items() if one != moved.id]
    known = set(_unsound(drawn, list(before.values())))
    fresh = [
        found for found in _unsound(drawn, [*others, *_of_moved(scope, set(before), target)]) if found not in known
    ]
    if fresh:
        raise Invalid(
            _TEXTS[fresh[0][0]][1].format(fresh[0][1]),
            problems=[
                {
                    "path": element,
                    "code": code,
                    "message_zh": _TEXTS[code][0].format(element),
                    "message_en": _TEXTS[code][1].format(element),
                }
                for code, element in fresh
            ],
        )
    return source


def _walker(token: Token) -> Token:
    """The token itself, or that on which it depends: what a move takes away."""
    while token._parent != ROOT:
        token = token.workflow.tasks[token._parent]
    return token


def _of_moved(scope: Scope, before: set[UUID], target: str) -> list[str]:
    """The flows which stand for the token that was put on `target`; behind a join which it does not wait at."""
    for one in walking(scope):
        node = one.task_spec.drawn
        if one.id not in before and node.id == target:
            joins = node.kind in ("parallelGateway", "inclusiveGateway") and len(node.incoming) > 1
            return list(node.outgoing) if joins and "via" not in one.internal_data else [flow_of(one, node, {})]
    return []


def _unsound(drawn: model.Scope, marking: list[str]) -> Iterator[tuple[str, str]]:
    """(code, element) of what would go wrong from these flows on."""
    for each in from_marking(drawn, tuple(filter(None, marking))):
        if each.code in _TEXTS:
            yield each.code, each.element


def _drawn(session: Session, scope: Scope) -> model.Scope:
    """The scope as it is drawn, in the version which holds it."""
    inside: list[str] = []
    while isinstance(scope, SubWorkflow) and not scope.spec.is_process:
        inside.insert(0, scope.host.task_spec.drawn.id)
        scope = scope.host.workflow
    compiled = publishing.compiled_by_id(session, UUID(scope.spec.definition_id))
    found: model.Scope = compiled.diagram.processes[str(scope.spec.name)]
    for node_id in inside:
        found = found.nodes[node_id].inner or found
    return found
