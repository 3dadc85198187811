"""What every element does with a token: take it in, run, let it out. Activities add mappings and boundary events.

The protocol is SpiffWorkflow's: `_update` when a token arrives (`_update_hook` decides whether it may run), `run` when
its turn comes (`_run_hook`), `_on_complete` when it is done. Specs are shared between threads and never change.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from SpiffWorkflow.bpmn.specs.defaults import BpmnSpecMixin
from SpiffWorkflow.util.task import TaskState

from engine.errors import Busy
from engine.feel.values import Value, from_python
from engine.functions import BpmnError, find
from engine.spiff import model
from engine.spiff.environment import Variables
from engine.spiff.errors import Failure
from engine.spiff.expressions import Formula
from engine.spiff.records import forget, keeps_record, note_own
from engine.spiff.workflow import (
    ROOT,
    ProcessSpec,
    Token,
    adopt,
    arrive,
    cancel,
    layers,
    set_variable,
    settle,
    take_out,
    variables,
)


@dataclass(frozen=True, slots=True)
class Out:
    """A way out of an element."""

    flow: str
    target: "Node"
    condition: Formula | None
    is_default: bool


class Node(BpmnSpecMixin):
    """An element of the diagram. `listens`: its token does not keep its scope alive (start of an event subprocess)."""

    name: str
    listens = False
    shares_variables = True
    waits_for_person = False
    may_be_skipped = False

    def __init__(self, spec: ProcessSpec, drawn: model.Node, name: str | None = None) -> None:
        super().__init__(spec, name or drawn.id, lane=drawn.lane, bpmn_name=drawn.name_zh)
        self.drawn = drawn
        self.spec = spec
        self.outs: list[Out] = []
        self.incoming: list[str] = list(drawn.incoming)
        spec.nodes[self.name] = self

    def test(self) -> None:
        """The publish gate has tested the whole diagram."""

    def _predict(self, my_task: Token, seen: Any = None, looked_ahead: int = 0, mask: int = 0) -> None:
        """The future is in the diagram; tokens are made when a flow is taken."""

    def _update_hook(self, token: Token) -> bool | None:
        return True

    def _on_ready_hook(self, token: Token) -> None:
        token.workflow.top_workflow.movement.ready.append(token)

    def _run(self, token: Token) -> bool | None:
        """Do the work, unless it is to be skipped; a failure names this element."""
        movement = token.workflow.top_workflow.movement
        try:
            if self.may_be_skipped and not self._repeats(token):
                skip = movement.begin(token)
                result = self._run_hook(token) if skip is None else self._skip(token, skip.results)
                movement.doing = None
                return result
            return self._run_hook(token)
        except (Failure, Busy):
            raise
        except BpmnError as error:
            from engine.spiff.throwing import throw_error

            throw_error(token, error.code, error.variables, str(error))
            movement.doing = None
            return None

    def _skip(self, token: Token, results: Mapping[str, Any]) -> bool:
        """Go on as if the work had been done with these results."""
        token.workflow.top_workflow.movement.happened("element_skipped", self.name, token.id)
        self.finish(token, as_values(self.name, results))
        return True

    def _repeats(self, token: Token) -> bool:
        """Whether the token is the body of a repetition, whose rounds do the work."""
        return getattr(self, "loop", None) is not None and "round" not in token.internal_data

    def finish(self, token: Token, values: Mapping[str, Value]) -> None:
        """Give results out; most elements have none."""

    def _run_hook(self, token: Token) -> bool | None:
        return True

    def _on_complete(self, token: Token) -> None:
        self.leave(token)

    def leave(self, token: Token) -> None:
        """Take the token out and put one at the end of each flow which is taken."""
        scope, movement = token.workflow, token.workflow.top_workflow.movement
        chosen = self.choose(token)
        drop_dependants(token)
        take_out(token)
        movement.passed(self.name)
        for out in chosen:
            movement.passed(out.flow)
            arrive(scope, out.target, out.flow)
        settle(scope)

    def choose(self, token: Token) -> list[Out]:
        """Flows without a condition and those whose condition holds; the default when no condition does (13.3.1)."""
        if all(out.condition is None for out in self.outs):
            return self.outs
        seen, functions = variables(token), token.workflow.top_workflow.movement.functions
        conditional = [out for out in self.outs if out.condition is not None and out.condition.holds(seen, functions)]
        plain = [out for out in self.outs if out.condition is None and not out.is_default]
        chosen = conditional + plain or [out for out in self.outs if out.is_default]
        if not conditional and plain:
            chosen = plain + [out for out in self.outs if out.is_default]
        if not chosen:
            raise Failure(self.name, "no_flow", "No condition holds and there is no default flow")
        return chosen


def drop_dependants(token: Token) -> None:
    """Cancel what depends on a token: its waiting boundary events."""
    for child in list(token._children):
        below = token.workflow.tasks.get(child)
        if below is not None:
            cancel(below)


class Activity(Node):
    """A task, call or subprocess: with input and output mappings, boundary events, and rounds (`spiff.loops`)."""

    def __init__(self, spec: ProcessSpec, drawn: model.Node) -> None:
        super().__init__(spec, drawn)
        self.maps_in: list[tuple[list[str], Formula]] = []
        self.maps_out: list[tuple[list[str], Formula]] = []
        self.boundaries: list[Any] = []
        self.loop: Any = None

    def _update_hook(self, token: Token) -> bool | None:
        is_round = "round" in token.internal_data
        if not is_round:
            for boundary in self.boundaries:
                if boundary.waits:
                    arrive(token.workflow, boundary, None, parent=token)
        if self.loop is not None and not is_round:
            return bool(self.loop.begin(token))
        return self.begin(token)

    def begin(self, token: Token) -> bool | None:
        """Start the work itself: input mappings; whether it may run at once."""
        for target, source in self.maps_in:
            put(token.data, target, self.evaluate(token, source))
        return True

    def _run_hook(self, token: Token) -> bool | None:
        if self.loop is not None and "round" not in token.internal_data:
            return True
        return self.work(token)

    def work(self, token: Token) -> bool | None:
        """Do it: True = done, None = it waits."""
        return True

    def finish(self, token: Token, values: Mapping[str, Value]) -> None:
        """Give the results out: by the output mappings where there are any, else all to the process.

        values: FEEL values, seen by the output mappings before everything else.
        """
        own = token.internal_data.get("own", ())
        if "round" in token.internal_data:
            token.data.update(values)
        if self.maps_out:
            movement = token.workflow.top_workflow.movement
            seen = Variables([dict(values), *layers(token)], movement)
            for target, source in self.maps_out:
                give(token, target, source.value(seen, movement.functions))
            self._record(token, values)
            return
        for name, value in values.items():
            if name not in own:
                set_variable(token, name, value)

    def _record(self, token: Token, values: Mapping[str, Value]) -> None:
        """What the output mappings are for the record of a round: of its own results, not of another's."""
        if not keeps_record(token):
            return
        movement, mine = token.workflow.top_workflow.movement, dict[str, Value]()
        forget(token, {target[0] for target, _ in self.maps_out})
        seen = Variables([dict(values), mine, *layers(token, recorded=True)], movement)
        for target, source in self.maps_out:
            value = source.value(seen, movement.functions)
            if len(target) > 1:
                mine.setdefault(target[0], seen.get(target[0]))
            put(mine, target, value)
        note_own(token, mine)

    def evaluate(self, token: Token, formula: Formula) -> Value:
        """A formula in the eyes of a token."""
        return formula.value(variables(token), token.workflow.top_workflow.movement.functions)

    def _on_complete(self, token: Token) -> None:
        if "round" in token.internal_data and token._parent != ROOT:
            self.loop.round_done(token)
            return
        self.leave(token)


def put(data: dict[str, Value], target: list[str], value: Value) -> None:
    """Set a variable, or an entry inside one (`a.b`), in `data`; contexts on the way are copied, never shared."""
    for name in target[:-1]:
        inner = data.get(name)
        data[name] = data = dict(inner) if isinstance(inner, dict) else {}
    data[target[-1]] = value


def give(token: Token, target: list[str], value: Value) -> None:
    """Set a variable around a token, or one of a round's own; an entry inside one keeps the other entries."""
    if target[0] in token.internal_data.get("own", ()):
        put(token.data, target, value)
        return
    if len(target) == 1:
        set_variable(token, target[0], value)
        return
    known = variables(token).get(target[0])
    whole = {target[0]: dict(known) if isinstance(known, dict) else {}}
    put(whole, target, value)
    set_variable(token, target[0], whole[target[0]])


def invoke(token: Token, name: str, headers: Mapping[str, str]) -> dict[str, Value]:
    """Run a registered function for a token; its variables as FEEL values.

    Raises BpmnError (to be caught by the diagram) and Failure.
    """
    node, movement = token.task_spec, token.workflow.top_workflow.movement
    function = find(name)
    if function is None:
        raise Failure(node.name, "unknown_function", f"The function {name!r} is not registered")
    if movement.invoke is None:
        return {}
    with movement.aside():
        result = movement.invoke(function, node.name, variables(token).plain(), headers)
    return as_values(node.name, result or {})


def as_values(element_id: str, result: Mapping[str, Any]) -> dict[str, Value]:
    """Python data from a function or a form as FEEL values. Raises Failure for what is no data."""
    from engine.feel import FeelError

    try:
        found = from_python(dict(result), "result")
    except FeelError as error:
        raise Failure(element_id, "not_data", str(error)) from None
    return dict(found)


def detach(token: Token) -> None:
    """Free a token from what it depended on and let it run."""
    adopt(token)
    token._set_state(TaskState.READY)
    token.workflow.top_workflow.movement.ready.append(token)
