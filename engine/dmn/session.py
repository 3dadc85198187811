"""Evaluating the requirement graph: facts and results by node, each decision once (DMN 1.5, chapters 6.3 and 10.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.dmn.compiled import Compiled, Key
from engine.dmn.graph import Place, find, names_of
from engine.dmn.model import Decision, InputData, Knowledge, Service
from engine.dmn.texts import Code, Scope
from engine.dmn.trace import DecisionTrace, Note
from engine.dmn.types import ANY, convert, result_of
from engine.feel.values import FeelFunction

if TYPE_CHECKING:
    from engine.dmn.run import Run

_MAX_TRACE = 1_000


class Session:
    """One set of facts. A decision service opens a session of its own, so that its inputs stay inside.

    A decision sees what it requires and the facts which the model declares nowhere (`engine.dmn.requirements`).
    """

    __slots__ = ("_free", "compiled", "facts", "results", "run")

    def __init__(
        self, compiled: Compiled, run: Run, facts: dict[str, Any], results: dict[Key, Any] | None = None
    ) -> None:
        """facts: FEEL values by name; results: values of nodes that are given and not to be evaluated."""
        self.compiled = compiled
        self.run = run
        self.facts = facts
        self._free: dict[str, dict[str, Any]] = {}
        self.results: dict[Key, Any] = results or {}

    def decide(self, target: Place) -> Any:
        """The value of a decision, its required decisions first."""
        for place in self.compiled.plans[target.key]:
            if place.key not in self.results:
                self.results[place.key] = self._decide(place)
        return self.results[target.key]

    def _decide(self, place: Place) -> Any:
        node = place.node
        assert isinstance(node, Decision)  # noqa: S101 - plans hold decisions only
        if node.expression is None:
            return self._fact(place)
        trace = DecisionTrace(node.id, node.name)
        scope = dict(self._undeclared(place.file.definitions.namespace))
        for needed in self.compiled.requires[place.key]:
            value = self._required(needed)
            self._put(scope, needed, value)
            if not isinstance(needed.node, (Knowledge, Service)):
                trace.required[".".join((*needed.path, needed.node.variable.name))] = value
        self.run.decisions.append(trace)
        try:
            trace.result = self.compiled.code[place.key](self.run, scope)
        finally:
            self.run.decisions.pop()
        if len(self.run.trace) < _MAX_TRACE:
            self.run.trace.append(trace)
        return trace.result

    def _undeclared(self, namespace: str) -> dict[str, Any]:
        """The facts which all decisions of a file see without requiring them."""
        free = self._free.get(namespace)
        if free is None:
            free = self.facts
            for hidden in self.compiled.hidden[namespace]:
                if not hidden.isdisjoint(free):
                    free = {name: value for name, value in free.items() if name not in hidden}
            self._free[namespace] = free
        return free

    def _required(self, place: Place) -> Any:
        if place.key in self.results:
            return self.results[place.key]
        if isinstance(place.node, InputData):
            value = self.input(place)
        elif isinstance(place.node, Knowledge):
            return self.knowledge(place)
        elif isinstance(place.node, Service):
            return self.service(place)
        else:
            return self.decide(place)
        self.results[place.key] = value
        return value

    def _put(self, scope: dict[str, Any], place: Place, value: Any) -> None:
        """Make a required value visible under the name of its variable, in a context for each import on the way."""
        for name in place.path:
            inner = scope.get(name)
            scope[name] = inner = dict(inner) if isinstance(inner, dict) else {}
            scope = inner
        for name in names_of(place):
            scope[name] = value

    def input(self, place: Place) -> Any:
        """The fact for an input data, converted to its type."""
        return self._typed(place, self._fact(place))

    def _typed(self, place: Place, value: Any) -> Any:
        kind = self.compiled.variables[place.key]
        if value is None or kind is ANY or kind.accepts(value):
            return value
        return self.run.converted(value, kind, place.node.id)

    def _fact(self, place: Place) -> Any:
        """A fact under its qualified name, else by name or id where the facts of its file stand."""
        node = place.node
        facts: Any = self.facts
        qualified = f"{{{place.file.definitions.namespace}}}{node.name}"
        if qualified in self.facts:
            return self.facts[qualified]
        for name in self.compiled.paths.get(place.file.definitions.namespace, ()):
            facts = facts.get(name) if isinstance(facts, dict) else None
        if isinstance(facts, dict):
            for name in (node.variable.name, node.name, node.id):
                if name in facts:
                    return facts[name]
        self.run.complain(
            Note(node.id, "missing", f"缺少输入 {node.name}", f"the input {node.name} is missing", "warning")
        )
        return None

    def knowledge(self, place: Place) -> FeelFunction:
        """The function of a knowledge model; what it requires is found when it is called, so it may require itself."""
        known = self.results.get(place.key)
        if isinstance(known, FeelFunction):
            return known
        node = place.node
        assert isinstance(node, Knowledge)  # noqa: S101 - callers ask by kind
        names = [] if node.function is None else [parameter.name for parameter in node.function.parameters]

        def around() -> dict[str, Any]:
            inner: dict[str, Any] = {node.variable.name: self.results[place.key]}  # it may call itself
            for needed in self.compiled.requires[place.key]:
                self._put(inner, needed, self._required(needed))
            return inner

        code = self.compiled.code.get(place.key) or _not_available(node)
        result = result_of(self.compiled.variables[place.key])
        function = self.run.function(node.id, names, self.compiled.kinds[place.key], code, around, result)
        self.results[place.key] = function
        return function

    def service(self, place: Place) -> FeelFunction:
        """A decision service as a function: input data first, then input decisions (DMN 1.5, 10.4.2.1)."""
        known = self.results.get(place.key)
        if isinstance(known, FeelFunction):
            return known
        taken = self.compiled.requires[place.key]
        names = [each.node.variable.name for each in taken]
        kinds = [self.compiled.variables[each.key] for each in taken]

        def body(run: Run, scope: Any) -> Any:
            return self.serve(place, {name: scope[name] for name in names})

        function = self.run.function(place.node.id, names, kinds, body, dict)
        self.results[place.key] = function
        return function

    def service_facts(self, place: Place) -> dict[str, Any]:
        """The arguments of a service taken from the facts, converted; what does not fit is null."""
        facts = {}
        for each in self.compiled.requires[place.key]:
            facts[each.node.variable.name] = self._typed(each, self._fact(each))
        return facts

    def serve(self, place: Place, arguments: dict[str, Any]) -> Any:
        """The outputs of a service: the value of the only one, or a context by name."""
        node = place.node
        assert isinstance(node, Service)  # noqa: S101 - callers ask by kind
        given = {each.key: arguments[each.node.variable.name] for each in self.compiled.requires[place.key]}
        inner = Session(self.compiled, self.run, dict(arguments), given)
        for each in self.compiled.plans[place.key]:
            if each.key not in inner.results:
                inner.results[each.key] = inner._decide(each)
        outputs = [find(place.file, href) for href in node.outputs]
        values = {each.node.variable.name: inner.results.get(each.key) for each in outputs}
        value: Any = next(iter(values.values())) if len(values) == 1 else values
        self.run.weigh(value)
        result = result_of(self.compiled.variables[place.key])
        fitting, fits = convert(value, result)
        return fitting if fits else self.run.converted(value, result, node.id)


def _not_available(node: Knowledge) -> Code:
    def refuse(run: Run, scope: Scope) -> object:
        run.complain(Note(node.id, "external", "该函数不可用", "the function is not available"))
        return None

    return refuse
