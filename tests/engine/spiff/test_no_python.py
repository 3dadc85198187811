"""No place where a diagram computes can reach Python: every one is given Python and none runs it."""

import sys
from collections.abc import Iterator
from typing import Any
from xml.sax.saxutils import escape

import pytest
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine

from engine import lint
from engine.errors import EngineError
from engine.spiff.environment import Environment, script_engine
from tests.builders import (
    boundary,
    bundle,
    call,
    catch,
    condition,
    each,
    end,
    event,
    flow,
    gateway,
    mapping,
    message,
    path,
    process,
    script,
    start,
    timer,
    user,
    zeebe,
)
from tests.engine.spiff.player import Player

ATTACKS = [
    "=__import__('os').getpid()",
    "=().__class__.__bases__[0].__subclasses__()",
    "=open('/etc/passwd').read()",
    "=exec('raise SystemExit')",
    "=[x for x in (1,).__class__.__mro__]",
    "=lambda: 1",
    "={}.__class__",
    "=x.__class__.__name__",
    "=x.format",
]


def assigned(**who: str) -> str:
    return zeebe("assignmentDefinition", **who)


def loop(expression: str) -> str:
    inside = f"<bpmn:loopCondition>{escape(expression)}</bpmn:loopCondition>"
    return f"<bpmn:standardLoopCharacteristics>{inside}</bpmn:standardLoopCharacteristics>"


SITES: dict[str, Any] = {
    "condition": lambda e: process("P", start(), gateway("exclusive", "G"), end(), end("E2"), *path("Start", "G"),
                                   flow("G", "End", e), flow("G", "E2", default=True)),
    "flow of a task": lambda e: process("P", start(), end(), end("E2"), flow("Start", "End", e)),
    "timer": lambda e: process("P", start(), catch("C", timer(e)), end()),
    "date": lambda e: process("P", start(), catch("C", timer(date=e)), end()),
    "boundary": lambda e: process("P", start(), user("A"), boundary("B", "A", timer(e)), end(),
                                  *path("Start", "A", "End"), *path("B", "End")),
    "script": lambda e: process("P", start(), script("S", e, "y"), end()),
    "input": lambda e: process("P", start(), user("A", extension=mapping(inputs={"y": e})), end()),
    "output": lambda e: process("P", start(), script("S", "=1", "z", extension=mapping(outputs={"y": e})), end()),
    "collection": lambda e: process("P", start(), user("A", body=each(e)), end()),
    "cardinality": lambda e: process("P", start(), user("A", body=each("", cardinality=e)), end()),
    "output element": lambda e: process("P", start(), script("S", "=1", "z", body=each("=[1]", output=("o", e))),
                                        end()),
    "completion": lambda e: process("P", start(), script("S", "=1", "z", body=each("=[1, 2]", until=e)), end()),
    "correlation": lambda e: message("M", "m", e) + process("P", start(), catch("C", event("message", "M")), end()),
    "conditional": lambda e: process("P", start(), catch("C", condition(e)), end()),
    "assignee": lambda e: process("P", start(), user("A", extension=assigned(assignee=e)), end()),
    "groups": lambda e: process("P", start(), user("A", extension=assigned(candidateGroups=e)), end()),
    "due date": lambda e: process("P", start(), user("A", extension=zeebe("taskSchedule", dueDate=e)), end()),
    "priority": lambda e: process("P", start(), user("A", extension=zeebe("priorityDefinition", priority=e)), end()),
    "loop condition": lambda e: process("P", start(), user("A", body=loop(e)), end()),
    "call": lambda e: process("P", start(), call("C", "Q", extension=mapping(inputs={"y": e})), end())
    + process("Q", start("QS"), user("U"), end("QE")),
}  # fmt: skip

watching = {"on": False}
caught: list[str] = []


def _watch(name: str, arguments: tuple[Any, ...]) -> None:
    if watching["on"] and name in ("exec", "compile", "os.system", "open", "import", "subprocess.Popen"):
        caught.append(name)


sys.addaudithook(_watch)


@pytest.fixture
def audited() -> Iterator[list[str]]:
    caught.clear()
    yield caught
    watching["on"] = False


def attempt(files: dict[str, bytes]) -> dict[str, Any]:
    """Run the bundle and evaluate everything about its open tasks; what it knows afterwards."""
    from engine.spiff.opening import opening
    from engine.spiff.workflow import tokens

    try:
        player = Player(files, {"x": "text"})
        for token in tokens(player.load()):
            if token.task_spec.waits_for_person:
                opening(token)
    except EngineError:
        return {}
    return player.variables


@pytest.mark.parametrize("site", SITES)
def test_python_is_run_nowhere(site: str, audited: list[str]) -> None:
    for attack in ATTACKS:
        files = bundle(SITES[site](attack))
        attempt(files)  # whatever is imported at first use is imported now
        watching["on"] = True
        known = attempt(files)
        watching["on"] = False
        assert audited == [], (site, attack)
        assert "class" not in str(known.get("y", "")), (site, attack)


def test_the_list_of_sites_is_complete() -> None:
    """Each site shows up in the gate's own list of everything written, so a new kind of expression needs a new site."""
    from engine.lint.bundle import examine
    from engine.lint.expressions import written

    marker = '="marker"'
    for site, make in SITES.items():
        bundled, _ = examine(bundle(make(marker)), None, None, None)
        assert marker in {each.text for each in written(bundled)}, site


def test_the_gate_refuses_most_python_already() -> None:
    for attack in ATTACKS[:6]:
        found = lint.check(bundle(SITES["script"](attack)))
        assert {finding.code for finding in found} & {"bad_expression", "unknown_feel_function"}, attack


def test_the_librarys_own_script_engine_ends_in_our_environment() -> None:
    engine = script_engine()
    assert isinstance(engine, PythonScriptEngine)
    assert type(engine.environment) is Environment
    assert engine.environment.evaluate("=a + 1", {"a": 1}) == 2
    with pytest.raises(EngineError):
        engine.environment.execute("x = 1", {}, None)
    with pytest.raises(EngineError):
        engine.environment.call_service({}, name="os.system")
    with pytest.raises(EngineError):
        engine.environment.evaluate("__import__('os')", {})
