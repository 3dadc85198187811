"""Where the tokens of a scope stand, as flows: the marking from which `lint.soundness` explores what lies ahead."""

from collections.abc import Mapping

from engine.spiff import model
from engine.spiff.rebinding import beside
from engine.spiff.workflow import ROOT, Scope, Token


def walking(scope: Scope) -> list[Token]:
    """Tokens of a scope which walk by themselves: neither its root, nor what depends on another token."""
    return [
        token for token in scope.tasks.values()
        if token.id != ROOT and token._parent == ROOT and not beside(token) and not token.task_spec.drawn.by_event
    ]  # fmt: skip


def flow_of(token: Token, drawn: model.Node, names: Mapping[str, str]) -> str:
    """The flow on which a token came, or could have come, to an element; "" where none leads there. names: ids of now
    by those of then, where they differ."""
    via = str(token.internal_data.get("via", ""))
    via = names.get(via, via)
    if via in drawn.incoming:
        return via
    return str((drawn.incoming or drawn.outgoing or [""])[0])
