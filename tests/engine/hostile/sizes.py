"""Too much of something: bytes, elements, depth, attributes, labels, branches, rounds."""

from tests.builders import (
    HEAD,
    catch,
    diagram,
    each,
    element,
    end,
    gateway,
    path,
    process,
    script,
    start,
    subprocess,
    timer,
    user,
)
from tests.engine.hostile.cases import Case
from tests.engine.hostile.encodings import PLAIN, TEXT

_CLOSE = "</bpmn:definitions>"


def _nodes(count: int) -> bytes:
    return (HEAD + '<bpmn:process id="P">' + "<bpmn:task/>" * count + "</bpmn:process>" + _CLOSE).encode()


def _chain(count: int) -> bytes:
    middle = [user(f"A{number}") for number in range(count)]
    return diagram(process("P", start(), *middle, end()))


def _splits(blocks: int) -> bytes:
    """Parallel blocks of three, one behind the other: 3 to the power of `blocks` futures."""
    parts, chain = [start(), end()], ["Start"]
    flows = []
    for number in range(blocks):
        parts += [gateway("parallel", f"S{number}"), gateway("parallel", f"J{number}")]
        flows += path(chain[-1], f"S{number}")
        for branch in "abc":
            parts.append(script(f"T{number}{branch}", "=1", "x"))
            flows += path(f"S{number}", f"T{number}{branch}", f"J{number}")
        chain.append(f"J{number}")
    return diagram(process("P", *parts, *flows, *path(chain[-1], "End")))


def _nested(depth: int) -> bytes:
    inner = user("A")
    for number in range(depth):
        inner = subprocess(f"S{number}", start(f"S{number}s"), inner, end(f"S{number}e"))
    return diagram(process("P", start(), inner, end()))


def _everything_to_everything(count: int) -> bytes:
    names = [f"G{number}" for number in range(count)]
    flows = [flow for source in names for target in names for flow in path(source, target)]
    nodes = [gateway("inclusive", name) for name in names]
    return diagram(process("P", start(), end(), *nodes, *flows, *path("Start", "G0"), *path("G1", "End")))


def labelled(text: str) -> bytes:
    """A process with a user task of that name."""
    return diagram(process("P", start(), element("userTask", "A", "<zeebe:userTask/>", name=text), end()))


def scripted(expression: str) -> bytes:
    """A process with a script."""
    return diagram(process("P", start(), script("S", expression, "x"), end()))


def _attributes(count: int) -> bytes:
    return TEXT.replace('id="A"', 'id="A" ' + " ".join(f'a{n}="{n}"' for n in range(count))).encode()


def _namespaces(count: int) -> bytes:
    return TEXT.replace('id="A"', 'id="A" ' + " ".join(f'xmlns:n{n}="urn:{n}"' for n in range(count))).encode()


def repeated(body: str) -> bytes:
    """A process with a user task which is repeated so."""
    return diagram(process("P", start(), user("A", body=body), end()))


_DEEP = "<bpmn:x>" * 10_000

CASES = [
    Case("2 MB and a byte", ".bpmn", lambda: PLAIN + b" " * (2 * 1024 * 1024 + 1 - len(PLAIN)), "too_big"),
    Case("50 MB", ".bpmn", lambda: PLAIN + b" " * 50_000_000, "too_big"),
    Case("100k nodes", ".bpmn", lambda: _nodes(100_000), "too_deep"),
    Case("49k nodes", ".bpmn", lambda: _nodes(49_000), "too_complex_to_check"),
    Case("2k tasks in a row", ".bpmn", lambda: _chain(2_000), "too_large"),
    Case("depth 10k", ".bpmn", lambda: (HEAD + _DEEP + "</bpmn:x>" * 10_000 + _CLOSE).encode(), "not_xml"),
    Case("depth 10k and never closed", ".bpmn", lambda: (HEAD + _DEEP).encode(), "not_xml"),
    Case("60 subprocesses deep", ".bpmn", lambda: _nested(60), "too_deep"),
    Case("20 subprocesses deep", ".bpmn", lambda: _nested(20)),
    Case("21 subprocesses deep", ".bpmn", lambda: _nested(21), "too_deep"),
    Case("3 to the 20 futures", ".bpmn", lambda: _splits(20)),
    Case("everything to everything", ".bpmn", lambda: _everything_to_everything(60), "too_large"),
    Case("much to much", ".bpmn", lambda: _everything_to_everything(30), "deadlock"),
    Case("100k attributes", ".bpmn", lambda: _attributes(100_000)),
    Case("20k namespaces", ".bpmn", lambda: _namespaces(20_000)),
    Case("label of 10k characters", ".bpmn", lambda: labelled("长" * 10_000)),
    Case("label of 600 kB", ".bpmn", lambda: labelled("长" * 200_000), "too_long"),
    Case("comment of 1.9 MB", ".bpmn", lambda: TEXT.replace("\n", f"\n<!--{'-x' * 950_000}-->\n", 1).encode()),
    Case("P999999Y", ".bpmn", lambda: diagram(process("P", start(), catch("C", timer("P999999Y")), end())), "bad_time"),
    Case(
        "duration of 100k digits",
        ".bpmn",
        lambda: diagram(process("P", start(), catch("C", timer(f"PT{'9' * 100_000}S")), end())),
        "bad_time",
    ),
    Case("cardinality 1e9", ".bpmn", lambda: repeated(each("", cardinality="=1000000000")), "too_many_rounds"),
    Case("cardinality below nothing", ".bpmn", lambda: repeated(each("", cardinality="=-1")), "too_many_rounds"),
    Case("range of 1e9", ".bpmn", lambda: repeated(each("=1..1000000000")), "bad_expression"),
    Case(
        "loop of 1e12 rounds",
        ".bpmn",
        lambda: repeated('<bpmn:standardLoopCharacteristics loopMaximum="1000000000000"/>'),
        "endless_loop",
    ),
    Case("FEEL of 10k brackets", ".bpmn", lambda: scripted("=" + "(" * 10_000 + "1" + ")" * 10_000), "bad_expression"),
    Case("FEEL of 10k lists", ".bpmn", lambda: scripted("=" + "[" * 10_000), "bad_expression"),
    Case("FEEL of 10k additions", ".bpmn", lambda: scripted("=" + "1+" * 10_000 + "1"), "bad_expression"),
    Case("FEEL of 1 MB", ".bpmn", lambda: scripted('="' + "x" * 1_000_000 + '"'), "too_long"),
    Case(
        "FEEL which counts to 1e9",
        ".bpmn",
        lambda: scripted("=count(for i in 1..1000000000 return i)"),
        played="fails",
    ),
    Case("FEEL power tower", ".bpmn", lambda: scripted("=9**9**9**9**9")),
    Case("FEEL pattern bomb", ".bpmn", lambda: scripted('=matches("' + "a" * 40 + '!", "^(a+)+$")')),
]
