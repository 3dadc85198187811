"""Diagrams which must be refused: what is wrong, the parts of the file, and the element and code of the finding."""

from tests.builders import (
    boundary,
    call,
    catch,
    decision,
    each,
    element,
    end,
    event,
    flow,
    gateway,
    mapping,
    message,
    path,
    process,
    script,
    service,
    signal,
    start,
    subprocess,
    throw,
    timer,
    user,
    zeebe,
)

CASES: list[tuple[str, tuple[str, ...], tuple[str, str]]] = [
    ("no start", (process("P", user("A", form="f"), end()),), ("P", "no_start")),
    ("no end", (process("P", start(), user("A", form="f")),), ("P", "no_end")),
    (
        "two plain starts",
        (process("P", start(), start("S2"), end(), *path("Start", "End"), *path("S2", "End")),),
        ("P", "two_starts"),
    ),
    (
        "timer start of a process",
        (process("P", element("startEvent", "S", body=timer("PT1H")), end()),),
        ("S", "unsupported_event"),
    ),
    (
        "unreachable node",
        (process("P", start(), user("A", form="f"), end(), *path("Start", "End"), *path("A", "End")),),
        ("A", "unreachable"),
    ),
    ("dead end", (process("P", start(), user("A", form="f"), end(), *path("Start", "A")),), ("A", "dead_end")),
    ("duplicate id", (process("P", start(), user("A", form="f"), end("A")),), ("A", "duplicate_id")),
    (
        "dangling flow",
        (process("P", start(), end(), *path("Start", "End"), flow("Start", "Nowhere")),),
        ("Start_Nowhere", "dangling_flow"),
    ),
    (
        "boundary without host",
        (process("P", start(), end(), boundary("B", "X", timer("PT1H")), *path("Start", "End"), *path("B", "End")),),
        ("B", "boundary_without_host"),
    ),
    (
        "boundary on a gateway",
        (
            process(
                "P",
                start(),
                gateway("exclusive", "G"),
                boundary("B", "G", timer("PT1H")),
                end(),
                *path("Start", "G", "End"),
                *path("B", "End"),
            ),
        ),
        ("B", "boundary_without_host"),
    ),
    (
        "condition on a parallel flow",
        (
            process(
                "P",
                start(),
                gateway("parallel", "G"),
                end(),
                end("E2"),
                *path("Start", "G"),
                flow("G", "End", "=true"),
                flow("G", "E2"),
            ),
        ),
        ("G_End", "useless_condition"),
    ),
    (
        "exclusive flow without condition",
        (
            process(
                "P",
                start(),
                gateway("exclusive", "G"),
                end(),
                end("E2"),
                *path("Start", "G"),
                flow("G", "End", "=x"),
                flow("G", "E2"),
            ),
        ),
        ("G_E2", "missing_condition"),
    ),
    ("compensation", (process("P", start(), throw("T", event("compensate")), end()),), ("T", "unsupported_event")),
    (
        "event with two definitions",
        (process("P", start(), catch("C", timer("PT1H") + event("signal", "S")), end()),),
        ("C", "unsupported_event"),
    ),
    ("complex gateway", (process("P", start(), element("complexGateway", "G"), end()),), ("G", "unsupported_element")),
    (
        "ad hoc subprocess",
        (process("P", start(), subprocess("S", start("S1"), end("S2"), tag="adHocSubProcess"), end()),),
        ("S", "unsupported_element"),
    ),
    (
        "link without partner",
        (process("P", start(), throw("T", event("link", "L")), end("E"), *path("Start", "T")),),
        ("T", "link_partner"),
    ),
    (
        "message without key",
        (message("M", "m"), process("P", start(), catch("C", event("message", "M")), end())),
        ("C", "no_correlation"),
    ),
    (
        "message which does not exist",
        (process("P", start(), catch("C", event("message", "M")), end()),),
        ("C", "unknown_reference"),
    ),
    (
        "cycle which interrupts",
        (
            process(
                "P",
                start(),
                user("A", form="f"),
                boundary("B", "A", timer(cycle="R/PT1H")),
                end(),
                *path("Start", "A", "End"),
                *path("B", "End"),
            ),
        ),
        ("B", "cycle_here"),
    ),
    ("timer of nonsense", (process("P", start(), catch("C", timer("one hour")), end()),), ("C", "bad_time")),
    ("timer of a million years", (process("P", start(), catch("C", timer("P9999999Y")), end()),), ("C", "bad_time")),
    (
        "cycle without pause",
        (
            process(
                "P",
                start(),
                user("A", form="f"),
                boundary("B", "A", timer(cycle="R1000000/PT0S"), interrupting=False),
                end(),
                *path("Start", "A", "End"),
                *path("B", "End"),
            ),
        ),
        ("B", "bad_time"),
    ),
    (
        "timer without value",
        (process("P", start(), catch("C", "<bpmn:timerEventDefinition/>"), end()),),
        ("C", "no_time"),
    ),
    ("broken FEEL", (process("P", start(), script("S", "=1 +", "x"), end()),), ("S", "bad_expression")),
    (
        "JUEL",
        (
            process(
                "P", start(), user("A", form="f", extension=zeebe("assignmentDefinition", assignee="${who}")), end()
            ),
        ),
        ("A", "not_feel"),
    ),
    (
        "Python",
        (process("P", start(), script("S", "=__import__('os').system('ls')", "x"), end()),),
        ("S", "bad_expression"),
    ),
    (
        "unknown FEEL function",
        (process("P", start(), script("S", "=open(1)", "x"), end()),),
        ("S", "unknown_feel_function"),
    ),
    ("unknown form", (process("P", start(), user("A", form="g"), end()),), ("A", "unknown_form")),
    ("unknown decision", (process("P", start(), decision("D", "d", "x"), end()),), ("D", "unknown_decision")),
    ("unknown function", (process("P", start(), service("S", "os.system"), end()),), ("S", "unknown_function")),
    ("dynamic call", (process("P", start(), call("C", "=which"), end()),), ("C", "unknown_process")),
    ("process which calls itself", (process("P", start(), call("C", "P"), end()),), ("C", "cyclic_call")),
    ("service task without work", (process("P", start(), element("serviceTask", "S"), end()),), ("S", "no_work")),
    ("script without variable", (process("P", start(), script("S", "=1", ""), end()),), ("S", "no_result_variable")),
    (
        "send task with a message without a name",
        (message("M", " "), process("P", start(), element("sendTask", "W", messageRef="M"), end())),
        ("W", "no_work"),
    ),
    (
        "receive task without message",
        (process("P", start(), element("receiveTask", "R"), end()),),
        ("R", "no_correlation"),
    ),
    (
        "loop without end",
        (process("P", start(), user("A", form="f", body="<bpmn:standardLoopCharacteristics/>"), end()),),
        ("A", "endless_loop"),
    ),
    (
        "multi-instance over nothing",
        (process("P", start(), user("A", form="f", body=each("")), end()),),
        ("A", "multi_instance"),
    ),
    (
        "cancel outside of a transaction",
        (process("P", start(), end("E", event("cancel"))),),
        ("E", "cancel_without_transaction"),
    ),
    ("error end without code", (process("P", start(), end("E", event("error"))),), ("E", "no_code")),
    (
        "mapping without target",
        (process("P", start(), user("A", form="f", extension=mapping({"": "=1"})), end()),),
        ("A", "bad_mapping"),
    ),
    (
        "event gateway before a task",
        (
            process(
                "P",
                start(),
                gateway("eventBased", "G"),
                user("A", form="f"),
                catch("C", timer("PT1H")),
                end(),
                *path("Start", "G", "A", "End"),
                *path("G", "C", "End"),
            ),
        ),
        ("A", "event_gateway_target"),
    ),
    (
        "subprocess with a triggered start",
        (process("P", start(), subprocess("S", element("startEvent", "S1", body=timer("PT1H")), end("S2")), end()),),
        ("S1", "unsupported_event"),
    ),
    (
        "event subprocess with a plain start",
        (process("P", start(), end(), subprocess("S", start("S1"), end("S2"), triggeredByEvent="true")),),
        ("S", "event_subprocess_start"),
    ),
    (
        "foreign extension",
        (
            process(
                "P", start(), element("userTask", "A", '<x:a xmlns:x="http://camunda.org/schema/1.0/bpmn"/>'), end()
            ),
        ),
        ("A", "foreign_extension"),
    ),
    (
        "potential owner",
        (process("P", start(), element("userTask", "A", body="<bpmn:potentialOwner/>"), end()),),
        ("A", "unheard_element"),
    ),
    (
        "parallel branches into one task",
        (
            process(
                "P",
                start(),
                gateway("parallel", "G"),
                user("A", form="f"),
                user("B", form="f"),
                user("C", form="f"),
                end(),
                *path("Start", "G", "A", "C", "End"),
                *path("G", "B", "C"),
            ),
        ),
        ("C", "opens_twice"),
    ),
    (
        "exclusive choice into a parallel join",
        (
            process(
                "P",
                start(),
                gateway("exclusive", "X"),
                user("A", form="f"),
                user("B", form="f"),
                gateway("parallel", "J"),
                end(),
                *path("Start", "X"),
                flow("X", "A", "=x"),
                flow("X", "B", default=True),
                *path("A", "J", "End"),
                *path("B", "J"),
            ),
        ),
        ("J", "deadlock"),
    ),
    (
        "two starts by one message",
        (
            message("M", "m"),
            process(
                "P",
                element("startEvent", "S1", body=event("message", "M")),
                element("startEvent", "S2", body=event("message", "M")),
                end(),
                *path("S1", "End"),
                *path("S2", "End"),
            ),
        ),
        ("S2", "two_starts"),
    ),
    (
        "a message named as a signal is",
        (
            message("M", "signal:m"),
            signal("N", "m"),
            process(
                "P",
                element("startEvent", "S1", body=event("message", "M")),
                element("startEvent", "S2", body=event("signal", "N")),
                end(),
                *path("S1", "End"),
                *path("S2", "End"),
            ),
        ),
        ("S1", "two_starts"),
    ),
    ("result without a name", (process("P", start(), script("S", "=1", "=a"), end()),), ("S", "unreadable_name")),
    ("result named as a keyword", (process("P", start(), script("S", "=1", "if"), end()),), ("S", "unreadable_name")),
    ("result with a dot", (process("P", start(), script("S", "=1", "a.b"), end()),), ("S", "unreadable_name")),
    (
        "output collection with a dot",
        (process("P", start(), user("A", form="f", body=each("=[1]", output=("r.s", "=item"))), end()),),
        ("A", "unreadable_name"),
    ),
    (
        "mapping into an expression",
        (process("P", start(), user("A", form="f", extension=mapping({"=q": "=1"})), end()),),
        ("A", "unreadable_name"),
    ),
    (
        "boundary event on an event subprocess",
        (
            process(
                "P",
                start(),
                user("A", form="f"),
                end(),
                subprocess("H", element("startEvent", "HS", body=timer("PT1H")), end("HE"), triggeredByEvent="true"),
                boundary("B", "H", timer("PT1H")),
                *path("Start", "A", "End"),
                *path("B", "End"),
            ),
        ),
        ("B", "boundary_without_host"),
    ),
    (
        "error start which does not interrupt",
        (
            process(
                "P",
                start(),
                end(),
                subprocess(
                    "H",
                    element("startEvent", "HS", body=event("error"), isInterrupting="false"),
                    end("HE"),
                    triggeredByEvent="true",
                ),
            ),
        ),
        ("HS", "must_interrupt"),
    ),
    (
        "link thrown which is flowed out of",
        (
            process(
                "P",
                start(),
                throw("T", event("link", "L")),
                catch("C", event("link", "L")),
                end(),
                *path("Start", "T", "End"),
                *path("C", "End"),
            ),
        ),
        ("T", "link_flow"),
    ),
    (
        "link caught which is flowed into",
        (
            process(
                "P",
                start(),
                gateway("parallel", "G"),
                throw("T", event("link", "L")),
                catch("C", event("link", "L")),
                end(),
                *path("Start", "G", "T"),
                *path("G", "C", "End"),
            ),
        ),
        ("C", "link_flow"),
    ),
    (
        "default of a parallel gateway",
        (
            process(
                "P",
                start(),
                gateway("parallel", "G"),
                end(),
                end("E2"),
                *path("Start", "G"),
                flow("G", "End", default=True),
                flow("G", "E2"),
            ),
        ),
        ("G", "wrong_default"),
    ),
    (
        "signal which would run a function",
        (
            signal("S", "s"),
            process("P", start(), throw("T", event("signal", "S"), extension=zeebe("taskDefinition", type="x")), end()),
        ),
        ("T", "not_executed"),
    ),
    ("timer in other digits", (process("P", start(), catch("C", timer("PT٣H")), end()),), ("C", "bad_time")),
    (
        "a mapping which writes the case",
        (process("P", start(), user("A", extension=mapping(outputs={"case.risk": "=1"}), form="f"), end()),),
        ("A", "reserved_name"),
    ),
    (
        "a script which writes the case",
        (process("P", start(), script("S", "1", "case"), end()),),
        ("S", "reserved_name"),
    ),
]
