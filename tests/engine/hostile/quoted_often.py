"""A long text which stands once in a file, and is said again by everything that uses it."""

from engine.xml import LONGEST
from tests.builders import (
    bundle,
    catch,
    decision,
    diagram,
    end,
    event,
    form,
    message,
    process,
    start,
    table,
    user,
)
from tests.engine.hostile.cases import Case

_GOOD = process("P", start(), user("A"), end())


def _in_two_lanes(size: int, count: int) -> bytes:
    """Tasks each of which lies in two lanes with long names."""
    tasks = [user(f"A{number}") for number in range(count)]
    inside = {f"{lane}{'道' * size}": [f"A{number}" for number in range(count)] for lane in "甲乙"}
    return diagram(process("P", start(), *tasks, end(), lanes=inside))


def _waiting_for_one_message(size: int, count: int) -> bytes:
    """Events which wait for one message whose key is no FEEL."""
    waiting = [catch(f"C{number}", event("message", "M")) for number in range(count)]
    return diagram(process("P", start(), *waiting, end()), message("M", "m", "${" + "k" * size + "}"))


def _unknown_elements(size: int, count: int) -> bytes:
    """Elements which do not exist, in a process with a long id."""
    text = diagram(process("P", start(), user("A"), end())).decode()
    text = text.replace("</bpmn:process>", f"{'<bpmn:nothing/>' * count}</bpmn:process>")
    return text.replace('id="P"', f'id="{"P" * size}"').encode()


def _decision_of_a_long_name(size: int) -> bytes:
    return table("d", ["x"], "y", [(["> 1"], "1")]).replace(b'name="d"', b'name="' + b"d" * size + b'"')


CASES = [
    Case("lane of 300 kB and 3k tasks", ".bpmn", lambda: _in_two_lanes(100_000, 3_000), "too_long"),
    Case("lane just short enough and 900 tasks", ".bpmn", lambda: _in_two_lanes(LONGEST - 1, 900), "two_lanes"),
    Case("key of 800 kB and 990 events", ".bpmn", lambda: _waiting_for_one_message(800_000, 990), "too_long"),
    Case(
        "key just short enough and 990 events",
        ".bpmn",
        lambda: _waiting_for_one_message(LONGEST - 3, 990),
        "too_complex_to_check",
    ),
    Case("process id of 1 MB and 1000 elements", ".bpmn", lambda: _unknown_elements(1_000_000, 1_000), "too_long"),
    Case("process id of 30 kB and 1000 elements", ".bpmn", lambda: _unknown_elements(30_000, 1_000), "bad_id"),
    Case("decision table input of 1 MB", ".dmn", lambda: _decision_of_a_long_name(1_000_000), "bad_decision"),
    Case(
        "two decisions of one id",
        "",
        lambda: bundle(
            process("P", start(), decision("D", "d", "x"), end()),
            files={
                name: table("d", ["x"], "y", [(["> 1"], answer)]) for name, answer in (("a.dmn", "1"), ("b.dmn", "2"))
            },
        ),
        "duplicate_id",
    ),
    Case(
        "two forms of one id",
        "",
        lambda: bundle(_GOOD, files={"a.form": form("f"), "b.form": form("f", {"type": "textfield", "key": "k"})}),
        "duplicate_id",
    ),
    Case("process id with a path", ".bpmn", lambda: diagram(process("../../x", start(), user("A"), end())), "bad_id"),
    Case("process id with U+202E", ".bpmn", lambda: diagram(process("P\u202eQ", start(), user("A"), end())), "bad_id"),
    Case("bundle called ../x", "", lambda: bundle(_GOOD, key="../x"), "bad_manifest"),
    Case("bundle without a name", "", lambda: bundle(_GOOD, key=""), "bad_manifest"),
]
