"""The one place where a diagram computes: FEEL, and functions which were registered. Nothing evaluates Python.

It stands in SpiffWorkflow's own script engine as its environment, so that library code which would evaluate something
by itself ends here too.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
from SpiffWorkflow.bpmn.script_engine.python_environment import BasePythonScriptEngineEnvironment

from engine.feel import to_plain
from engine.feel.functions import NO_FUNCTIONS
from engine.feel.values import Value, from_python
from engine.functions import find
from engine.spiff.errors import Failure
from engine.spiff.expressions import formula

if TYPE_CHECKING:
    from engine.spiff.movement import Movement

CASE = "case"
"""The one name nobody writes: conditions rely on it."""
_MISSING = object()


class Variables(Mapping[str, Value]):
    """What an element sees: `case` as the domain shows it, whoever wrote what; its own variables; those around it."""

    __slots__ = ("_layers", "_movement")

    def __init__(self, layers: list[dict[str, Value]], movement: "Movement | None" = None) -> None:
        """layers: innermost first."""
        self._layers = layers
        self._movement = movement

    def get(self, key: str, default: Any = None) -> Any:
        """The innermost value of a name."""
        if key == CASE and self._movement is not None:
            return self._movement.case
        for layer in self._layers:
            value = layer.get(key, _MISSING)
            if value is not _MISSING:
                return value
        return default

    def __getitem__(self, key: str) -> Value:
        value = self.get(key, _MISSING)
        if value is _MISSING:
            raise KeyError(key)
        return value

    def __iter__(self) -> Iterator[str]:
        return iter({key: None for layer in reversed(self._layers) for key in layer})

    def __len__(self) -> int:
        return len({key for layer in self._layers for key in layer})

    def plain(self) -> dict[str, Any]:
        """All variables, without `case`, as JSON-able data."""
        return {key: to_plain(self[key]) for key in self if key != CASE}


class Environment(BasePythonScriptEngineEnvironment):
    """SpiffWorkflow's three doors to computing, all of them ours."""

    def evaluate(self, expression: str, context: Any, external_context: Any = None) -> Value:
        """The value of a FEEL expression (a leading `=` is allowed)."""
        values = {**(external_context or {}), **context}
        return formula("", expression, always_feel=True).value(from_python(values, "context"), NO_FUNCTIONS)

    def execute(self, script: str, context: Any, external_context: Any = None) -> bool:
        """Refused: a script is a FEEL expression with a result variable, which its element evaluates."""
        raise Failure("", "script_language", "Scripts are FEEL expressions")

    def call_service(self, context: Any, **kwargs: Any) -> Any:
        """Refused: functions are called by their element, which knows the step."""
        name = str(kwargs.get("name", ""))
        found = "registered, but called outside of a step" if find(name) else "not registered"
        raise Failure("", "unknown_function", f"The function {name!r} is {found}")


def script_engine() -> Any:
    """SpiffWorkflow's script engine with our environment inside."""
    return PythonScriptEngine(environment=Environment())
