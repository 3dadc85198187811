"""Diagrams which are well-formed and cannot work, or want something else than a process."""

from tests.builders import (
    boundary,
    bundle,
    call,
    catch,
    diagram,
    element,
    end,
    event,
    flow,
    gateway,
    message,
    path,
    process,
    script,
    service,
    start,
    timer,
    user,
    zeebe,
)
from tests.engine.hostile.cases import Case
from tests.engine.hostile.encodings import TEXT
from tests.engine.hostile.sizes import labelled, scripted

_BPMN, _ZEEBE = "http://www.omg.org/spec/BPMN/20100524/MODEL", "http://camunda.org/schema/zeebe/1.0"


def _foreign(namespace: str, attributes: str) -> bytes:
    return TEXT.replace('id="A"', f'id="A" xmlns:x="{namespace}" {attributes}').encode()


def _swapped() -> bytes:
    return TEXT.replace(_BPMN, "urn:other").replace(_ZEEBE, _BPMN).replace("urn:other", _ZEEBE).encode()


def _rounds() -> bytes:
    return diagram(
        process(
            "P",
            start(),
            gateway("exclusive", "G"),
            script("S", "=1", "x"),
            end(),
            *path("Start", "G"),
            flow("G", "End", "=false"),
            flow("G", "S", default=True),
            *path("S", "G"),
        )
    )


def _no_exit() -> bytes:
    parts = [start(), user("A"), user("B"), end()]
    return diagram(process("P", *parts, *path("Start", "A", "B", "A"), *path("Start", "End")))


def _deadlock() -> bytes:
    nodes = [gateway("exclusive", "X"), user("A"), user("B"), gateway("parallel", "J")]
    flows = [flow("X", "A", "=true"), flow("X", "B", default=True), *path("A", "J", "End"), *path("B", "J")]
    return diagram(process("P", start(), *nodes, end(), *path("Start", "X"), *flows))


def _waits_behind_itself() -> bytes:
    nodes = [gateway("parallel", "J"), user("A"), gateway("exclusive", "X")]
    flows = [*path("Start", "J", "A", "X", "End"), flow("X", "J", "=again")]
    return diagram(
        process("P", start(), *nodes, end(), *flows).replace(
            '<bpmn:exclusiveGateway id="X"', '<bpmn:exclusiveGateway id="X" default="X_End"'
        )
    )


def _late(value: str) -> bytes:
    parts = [start(), user("A"), boundary("B", "A", timer(cycle=value), interrupting=False), end(), end("Late")]
    return diagram(process("P", *parts, *path("Start", "A", "End"), *path("B", "Late")))


def _extended(extension: str) -> bytes:
    return diagram(process("P", start(), user("A", extension=extension), end()))


def _calls_round() -> dict[str, bytes]:
    first = process("P", start(), call("C", "Q"), end())
    second = process("Q", start("QS"), call("D", "R"), end("QE"))
    return bundle(first, second, process("R", start("RS"), call("E", "P"), end("RE")))


def _lanes() -> bytes:
    """Sixty lanes, each inside the one before."""
    opened = "".join(f'<bpmn:lane id="N{n}"><bpmn:childLaneSet id="C{n}">' for n in range(60))
    lanes = f'<bpmn:laneSet id="L">{opened}{"</bpmn:childLaneSet></bpmn:lane>" * 60}</bpmn:laneSet>'
    return TEXT.replace("<bpmn:startEvent", f"{lanes}<bpmn:startEvent", 1).encode()


def _id(text: str) -> bytes:
    return TEXT.replace('id="A"', f'id="{text}"').replace('"A"', f'"{text}"').encode()


CASES = [
    Case("cyclic calls", "", _calls_round, "cyclic_call"),
    Case("calls itself", ".bpmn", lambda: diagram(process("P", start(), call("C", "P"), end())), "cyclic_call"),
    Case(
        "calls what it computes",
        ".bpmn",
        lambda: diagram(process("P", start(), call("C", "=x"), end())),
        "unknown_process",
    ),
    Case("id twice", ".bpmn", lambda: diagram(process("P", start(), user("A"), end("A"))), "duplicate_id"),
    Case(
        "process twice",
        ".bpmn",
        lambda: diagram(process("P", start(), end()), process("P", start("S2"), end("E2"))),
        "duplicate_process",
    ),
    Case("no id", ".bpmn", lambda: TEXT.replace(' id="A"', "").encode(), "no_id"),
    Case("id which is markup", ".bpmn", lambda: _id("&lt;script&gt;"), "bad_id"),
    Case("id which is a path", ".bpmn", lambda: _id("../../etc/passwd"), "bad_id"),
    Case(
        "flow to nowhere", ".bpmn", lambda: TEXT.replace('targetRef="End"', 'targetRef="X"').encode(), "dangling_flow"
    ),
    Case(
        "flow into itself",
        ".bpmn",
        lambda: diagram(process("P", start(), user("A"), end(), *path("Start", "A", "A"), *path("Start", "End"))),
        "no_way_out",
    ),
    Case(
        "boundary without host",
        ".bpmn",
        lambda: diagram(
            process("P", start(), boundary("B", "X", timer("PT1H")), end(), *path("Start", "End"), *path("B", "End"))
        ),
        "boundary_without_host",
    ),
    Case("endless machine loop", ".bpmn", _rounds, "endless_loop"),
    Case("endless human loop", ".bpmn", _no_exit, "no_way_out"),
    Case("deadlock", ".bpmn", _deadlock, "deadlock"),
    Case("join behind itself", ".bpmn", _waits_behind_itself, "deadlock"),
    Case("R1000000/PT0S", ".bpmn", lambda: _late("R1000000/PT0S"), "bad_time"),
    Case("R/PT0.001S", ".bpmn", lambda: _late("R/PT0.001S"), "bad_time"),
    Case("cycle of cron", ".bpmn", lambda: _late("0 0 * * * ?"), "bad_time"),
    Case("script in a label", ".bpmn", lambda: labelled("<script>alert(1)</script><img src=x onerror=alert(1)>")),
    Case("template in a label", ".bpmn", lambda: labelled("{{ config }} ${7*7} %(x)s {0.__class__}")),
    Case("letters which run backwards", ".bpmn", lambda: labelled("\u202eexe.txt\u202c\u200b\ufeff")),
    Case("Python", ".bpmn", lambda: scripted("=__import__('os').system('id')"), "bad_expression"),
    Case("Python attributes", ".bpmn", lambda: scripted("=x.__class__.__mro__[1].__subclasses__()")),
    Case("unknown FEEL function", ".bpmn", lambda: scripted('=open("/etc/passwd")'), "unknown_feel_function"),
    Case("SQL in a script", ".bpmn", lambda: scripted("='; DROP TABLE case_file; --"), "bad_expression"),
    Case(
        "any Python function",
        ".bpmn",
        lambda: diagram(process("P", start(), service("S", "os.system"), end())),
        "unknown_function",
    ),
    Case(
        "script in JavaScript",
        ".bpmn",
        lambda: diagram(
            process(
                "P",
                start(),
                element(
                    "scriptTask", "S", body="<bpmn:script>java.lang.Runtime</bpmn:script>", scriptFormat="javascript"
                ),
                end(),
            )
        ),
        "script_language",
    ),
    Case("namespaces swapped", ".bpmn", _swapped, "not_bpmn"),
    Case(
        "no namespace",
        ".bpmn",
        lambda: TEXT.replace("bpmn:", "").replace(' xmlns:bpmn="', ' xmlns:b="').encode(),
        "not_bpmn",
    ),
    Case("BPMN of another year", ".bpmn", lambda: TEXT.replace("20100524", "20080501").encode(), "not_bpmn"),
    Case("another prefix", ".bpmn", lambda: TEXT.replace("bpmn", "v").encode()),
    Case("default namespace", ".bpmn", lambda: TEXT.replace("bpmn:", "").replace("xmlns:bpmn", "xmlns").encode()),
    Case(
        "Camunda 7",
        ".bpmn",
        lambda: _foreign("http://camunda.org/schema/1.0/bpmn", 'x:assignee="kermit"'),
        "foreign_extension",
    ),
    Case(
        "Flowable", ".bpmn", lambda: _foreign("http://flowable.org/bpmn", 'x:candidateGroups="a"'), "foreign_extension"
    ),
    Case("Activiti", ".bpmn", lambda: _foreign("http://activiti.org/bpmn", 'x:class="a.B"'), "foreign_extension"),
    Case("a vendor nobody knows", ".bpmn", lambda: _foreign("urn:vendor", 'x:colour="red"')),
    Case(
        "form of another tenant",
        ".bpmn",
        lambda: _extended(zeebe("formDefinition", formId="../../secret")),
        "unknown_form",
    ),
    Case(
        "message without key",
        ".bpmn",
        lambda: diagram(message("M", "m"), process("P", start(), catch("C", event("message", "M")), end())),
        "no_correlation",
    ),
    Case(
        "event of ten kinds",
        ".bpmn",
        lambda: diagram(process("P", start(), catch("C", timer("PT1H") * 10), end())),
        "unsupported_event",
    ),
    Case("lane in lanes", ".bpmn", _lanes, "too_deep"),
]
