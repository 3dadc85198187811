"""Gateways (BPMN 2.0, 13.4): where tokens part and meet. Joins count tokens per incoming flow, nothing else."""

from SpiffWorkflow.util.task import TaskState

from engine.spiff.errors import Failure
from engine.spiff.nodes import Node, Out
from engine.spiff.workflow import ROOT, Scope, Token, take_out, variables


class ExclusiveGateway(Node):
    """Takes the first flow whose condition holds, in the order they are drawn, else the default."""

    def choose(self, token: Token) -> list[Out]:
        if len(self.outs) == 1 and self.outs[0].condition is None:
            return self.outs
        seen, functions = variables(token), token.workflow.top_workflow.movement.functions
        for out in self.outs:
            if out.condition is not None and not out.is_default and out.condition.holds(seen, functions):
                return [out]
        for out in self.outs:
            if out.is_default:
                return [out]
        raise Failure(self.name, "no_flow", "No condition holds and there is no default flow")


class ParallelGateway(Node):
    """Waits for a token on each incoming flow, takes one from each, and takes all outgoing flows.

    Tokens in excess stay and count for the next time (13.4.1), so the gateway may stand in a loop.
    """

    def _update_hook(self, token: Token) -> bool | None:
        if len(self.incoming) < 2 or "via" not in token.internal_data:
            return True
        token._set_state(TaskState.WAITING)
        partners: dict[str, Token] = {token.internal_data["via"]: token}
        for other in waiting_at(token.workflow, self):
            partners.setdefault(other.internal_data["via"], other)
        if len(partners) < len(self.incoming):
            return None
        for other in partners.values():
            if other is not token:
                take_out(other)
        return True

    def choose(self, token: Token) -> list[Out]:
        return self.outs


class InclusiveGateway(Node):
    """Waits until no further token can come, then takes the flows whose conditions hold (13.4.3).

    reach: node name -> the incoming flows of this gateway which a token there can still reach without passing it, a
    boundary event on the way included: from there, too, a token may come. flows: the same by sequence flows alone,
    which are all the standard asks about where it lets the join go before a token that has a way to a marked entrance.
    """

    reach: dict[str, frozenset[str]]
    flows: dict[str, frozenset[str]]

    def _update_hook(self, token: Token) -> bool | None:
        if len(self.incoming) < 2 or "via" not in token.internal_data:
            return True
        token._set_state(TaskState.WAITING)
        return None

    def may_join(self, scope: Scope) -> bool:
        """Join if the standard's rule allows it now; whether it did. Asked when everything else stands still."""
        marked: dict[str, Token] = {}
        for token in waiting_at(scope, self):
            marked.setdefault(token.internal_data["via"], token)
        if not marked:
            return False
        for token in scope.tasks.values():
            if token.id == ROOT or token._parent != ROOT or token.task_spec is self:
                continue
            here = token.task_spec.name
            missing = self.reach.get(here, frozenset()) - marked.keys()
            if missing and not self.flows.get(here, frozenset()) & marked.keys():
                return False
        first, *others = marked.values()
        for other in others:
            take_out(other)
        first._set_state(TaskState.READY)
        scope.top_workflow.movement.ready.append(first)
        return True


def waiting_at(scope: Scope, node: Node) -> list[Token]:
    """Tokens which wait at a join, oldest first."""
    return [token for token in scope.tasks.values() if token.task_spec is node and token.state == TaskState.WAITING]
