"""Small files which stand for very much: branches which multiply, calls of calls, rounds of rounds, doubled values."""

from collections.abc import Callable

from tests.builders import (
    Element,
    Flow,
    boundary,
    bundle,
    call,
    catch,
    diagram,
    each,
    end,
    event,
    flow,
    gateway,
    message,
    path,
    process,
    script,
    start,
    subprocess,
    throw,
    timer,
    user,
)
from tests.engine.hostile.cases import Case
from tests.engine.hostile.sizes import scripted

Parts = list[Element | Flow]


def _split(kind: str, branches: list[tuple[Parts, str, str]], conditions: list[str | None] | None = None) -> bytes:
    """One split and one join of these branches."""
    parts: Parts = [start(), gateway(kind, "S"), gateway(kind, "J"), end(), *path("Start", "S"), *path("J", "End")]
    for number, (inner, first, last) in enumerate(branches):
        condition = conditions[number] if conditions else None
        parts += [*inner, flow("S", first, condition), flow(last, "J")]
    return diagram(process("P", parts))


def _tasks(kind: str, count: int, condition: str | None = None) -> bytes:
    """So many user tasks side by side."""
    branches: list[tuple[Parts, str, str]] = [([user(f"A{n}")], f"A{n}", f"A{n}") for n in range(count)]
    return _split(kind, branches, [condition and f"={condition} = {n}" for n in range(count)])


def _choices(width: int, choices: int) -> bytes:
    """Parallel branches, each with an exclusive choice of its own: choices to the power of width futures."""

    def branch(number: int) -> tuple[Parts, str, str]:
        split, join = f"X{number}", f"Y{number}"
        parts: Parts = [gateway("exclusive", split), gateway("exclusive", join)]
        for choice in range(choices):
            name = f"A{number}_{choice}"
            last = choice == choices - 1
            parts += [user(name), flow(split, name, None if last else f"=x = {choice}", default=last), flow(name, join)]
        return parts, split, join

    return _split("parallel", [branch(number) for number in range(width)])


def _inclusive_chain(blocks: int, width: int) -> bytes:
    """Inclusive blocks one behind the other."""
    parts: Parts = [start(), end()]
    last = "Start"
    for number in range(blocks):
        split, join = f"S{number}", f"J{number}"
        parts += [gateway("inclusive", split), gateway("inclusive", join), flow(last, split)]
        for branch in range(width):
            name = f"A{number}_{branch}"
            parts += [user(name), flow(split, name, f"=x > {branch}"), flow(name, join)]
        last = join
    return diagram(process("P", [*parts, flow(last, "End")]))


def _calls(levels: int, each_level: Callable[[int, str], Parts]) -> dict[str, bytes]:
    """P0 calls P1 calls P2 ..."""
    processes = [
        process(f"P{n or ''}", start(f"B{n}"), each_level(n, f"P{n + 1}"), end(f"E{n}"), []) for n in range(levels)
    ]
    return bundle(*processes, process(f"P{levels}", start("BL"), user("A"), end("EL")))


def _doubling(levels: int) -> dict[str, bytes]:
    """Every process calls the next one twice at once: 2 to the power of `levels` tasks."""
    processes = []
    for n in range(levels):
        parts: Parts = [start(f"B{n}"), gateway("parallel", f"S{n}"), gateway("parallel", f"J{n}"), end(f"E{n}")]
        parts += [
            call(f"C{n}a", f"P{n + 1}"),
            call(f"C{n}b", f"P{n + 1}"),
            *path(f"B{n}", f"S{n}"),
            *path(f"J{n}", f"E{n}"),
        ]
        parts += [*path(f"S{n}", f"C{n}a", f"J{n}"), *path(f"S{n}", f"C{n}b", f"J{n}")]
        processes.append(process("P" if n == 0 else f"P{n}", parts))
    return bundle(*processes, process(f"P{levels}", start("BL"), user("A"), end("EL")))


def _rounds_of_rounds(depth: int, count: int) -> bytes:
    """Subprocesses for each of `count`, inside each other."""
    inner = user("A")
    for number in range(depth):
        body = each(f"=for i in 1..{count} return i", f"i{number}")
        inner = subprocess(f"S{number}", start(f"S{number}s"), inner, end(f"S{number}e"), body=body)
    return diagram(process("P", start(), inner, end()))


def _row(count: int) -> dict[str, bytes]:
    """A chain of processes, each calling the next."""
    chain = [
        process("P" if n == 0 else f"P{n}", start(f"B{n}"), call(f"C{n}", f"P{n + 1}"), end(f"E{n}"))
        for n in range(count)
    ]
    return bundle(*chain, process(f"P{count}", start("BL"), user("A"), end("EL")))


def _ring(count: int) -> dict[str, bytes]:
    names = ["P", *[f"P{n}" for n in range(1, count)]]
    return bundle(
        *[
            process(name, start(f"B{n}"), call(f"C{n}", names[(n + 1) % count]), end(f"E{n}"))
            for n, name in enumerate(names)
        ]
    )


def _across_files() -> dict[str, bytes]:
    """Two diagrams whose processes call each other."""
    first = bundle(process("P", start(), call("C", "Q"), end()))
    return {**first, "other.bpmn": diagram(process("Q", start("S2"), call("D", "P"), end("E2")))}


def _boundaries(count: int) -> bytes:
    parts: Parts = [start(), user("A"), end(), *path("Start", "A", "End")]
    for number in range(count):
        name = f"B{number}"
        parts += [
            boundary(name, "A", timer(f"PT{number + 1}H"), interrupting=False),
            end(f"E{number}"),
            flow(name, f"E{number}"),
        ]
    return diagram(process("P", parts))


def _races(count: int) -> bytes:
    """An event-based gateway with so many messages."""
    parts: Parts = [start(), gateway("eventBased", "G"), end(), *path("Start", "G")]
    declared = []
    for number in range(count):
        declared.append(message(f"M{number}", f"m{number}", '="k"'))
        parts += [catch(f"C{number}", event("message", f"M{number}")), *path("G", f"C{number}", "End")]
    return diagram(*declared, process("P", parts))


def _links(count: int) -> bytes:
    """Links which jump on and on."""
    parts: Parts = [start(), end(), flow("Start", "T0")]
    for number in range(count):
        parts += [throw(f"T{number}", event("link", f"l{number}")), catch(f"C{number}", event("link", f"l{number}"))]
        parts += [flow(f"C{number}", f"T{number + 1}" if number < count - 1 else "End")]
    return diagram(process("P", parts))


def _conditions(count: int) -> bytes:
    """An exclusive gateway with so many conditions."""
    parts: Parts = [start(), gateway("exclusive", "G"), end(), *path("Start", "G"), flow("G", "End", default=True)]
    for number in range(count):
        parts += [user(f"A{number}"), flow("G", f"A{number}", f"=x = {number}"), flow(f"A{number}", "End")]
    return diagram(process("P", parts))


def _flows(count: int) -> bytes:
    """So many flows from one task to one end."""
    text = diagram(process("P", start(), user("A"), end())).decode()
    more = "".join(f'<bpmn:sequenceFlow id="f{n}" sourceRef="A" targetRef="End"/>' for n in range(count))
    return text.replace("</bpmn:process>", f"{more}</bpmn:process>").encode()


_DOUBLED = "=for i in 1..40 return if i = 1 then [1, 1] else [partial[-1], partial[-1]]"

_SLOW = "=count(sort(for i in 1..600 return -i, function(a, b) a < b))"


def _scripts(count: int) -> bytes:
    """So many expressions in a row, each just within its budget."""
    return diagram(process("P", start(), *[script(f"S{n}", _SLOW, "x") for n in range(count)], user("A"), end()))


CASES = [
    Case("996 tasks side by side", ".bpmn", lambda: _tasks("parallel", 996)),
    Case("40 tasks side by side", ".bpmn", lambda: _tasks("parallel", 40)),
    Case("500 inclusive tasks", ".bpmn", lambda: _tasks("inclusive", 500, "x")),
    Case("4 to the 12 choices", ".bpmn", lambda: _choices(12, 4)),
    Case("2 to the 60 choices", ".bpmn", lambda: _choices(60, 2)),
    Case("20 inclusive blocks of 6", ".bpmn", lambda: _inclusive_chain(20, 6)),
    Case("2 to the 19 calls", "", lambda: _doubling(19), played="hangs"),
    Case("3 rounds of 900", ".bpmn", lambda: _rounds_of_rounds(3, 900), played="hangs"),
    Case("300 calls in a row", "", lambda: _row(300), "too_deep"),
    Case("ring of 1k calls", "", lambda: _ring(1_000), "cyclic_call"),
    Case("calls across files", "", _across_files, "cyclic_call"),
    Case("490 boundary timers", ".bpmn", lambda: _boundaries(490)),
    Case("race of 900 messages", ".bpmn", lambda: _races(900)),
    Case("400 links", ".bpmn", lambda: _links(400)),
    Case("900 conditions", ".bpmn", lambda: _conditions(900)),
    Case("100k flows", ".bpmn", lambda: _flows(100_000), "too_big"),
    Case("20k flows", ".bpmn", lambda: _flows(20_000), "too_complex_to_check"),
    Case("900 slow scripts", ".bpmn", lambda: _scripts(900)),
    Case("FEEL which doubles", ".bpmn", lambda: scripted(_DOUBLED), played="fails"),
    Case(
        "FEEL product of loops",
        ".bpmn",
        lambda: scripted("=count(for a in 1..999, b in 1..999, c in 1..999 return a)"),
        played="fails",
    ),
    Case(
        "FEEL quantified",
        ".bpmn",
        lambda: scripted("=every a in 1..9999, b in 1..9999 satisfies a = b or a != b"),
        played="fails",
    ),
    Case(
        "FEEL quadratic list",
        ".bpmn",
        lambda: scripted("=count(distinct values(for i in 1..60000 return i))"),
        played="fails",
    ),
    Case(
        "FEEL long text",
        ".bpmn",
        lambda: scripted('=string length(string join(for i in 1..90000 return "0123456789"))'),
        played="fails",
    ),
    Case("FEEL replace bomb", ".bpmn", lambda: scripted('=replace("' + "a" * 60 + '", "(a|aa)+$", "b")')),
    Case(
        "FEEL 10k ifs",
        ".bpmn",
        lambda: scripted("=" + "if true then " * 10_000 + "1" + " else 2" * 10_000),
        "too_long",
    ),
    Case("FEEL 20k names", ".bpmn", lambda: scripted("=" + " + ".join(f"n{n}" for n in range(20_000))), "too_long"),
    Case("FEEL number of 1e6144", ".bpmn", lambda: scripted("=1e6144 * 1e6144")),
    Case("FEEL date far away", ".bpmn", lambda: scripted('=date("999999999-01-01") + duration("P999999999Y")')),
]
