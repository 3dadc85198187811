"""Decisions and forms with very many expressions, types, names, patterns and options: each small, together too much."""

from collections.abc import Callable

import orjson

from tests.builders import bundle, decision, end, process, start, table
from tests.engine.hostile.cases import Case

_DMN = (
    '<?xml version="1.0" encoding="UTF-8"?><definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" '
    'id="D" name="D" namespace="urn:d">{}</definitions>'
)


def _of(inside: str, text: str = "1", kind: str = "Any") -> bytes:
    """A decision file with some other parts and one decision."""
    return _DMN.format(
        f'{inside}<decision id="d" name="d"><variable name="d" typeRef="{kind}"/>'
        f"<literalExpression><text>{text}</text></literalExpression></decision>"
    ).encode()


def _type_chain(count: int) -> bytes:
    """Each type is another name of the next one."""
    chain = [f'<itemDefinition name="t{n}"><typeRef>t{n + 1}</typeRef></itemDefinition>' for n in range(count)]
    return _of(f'{"".join(chain)}<itemDefinition name="t{count}"><typeRef>number</typeRef></itemDefinition>', kind="t0")


def _type_tower(count: int) -> bytes:
    """Each type has two parts of the next one: 2 to the power of `count` values."""
    parts = "".join(f'<itemComponent name="{part}"><typeRef>t{{next}}</typeRef></itemComponent>' for part in "ab")
    tower = [f'<itemDefinition name="t{n}">{parts.format(next=n + 1)}</itemDefinition>' for n in range(count)]
    return _of(f'{"".join(tower)}<itemDefinition name="t{count}"><typeRef>number</typeRef></itemDefinition>', kind="t0")


def _types(count: int, values: int) -> bytes:
    """Types each of which allows a long list of values."""
    allowed = ",".join(f'"v{n}"' for n in range(values))
    return _of(
        "".join(
            f'<itemDefinition name="t{n}"><typeRef>string</typeRef><allowedValues><text>{allowed},"t{n}"</text>'
            "</allowedValues></itemDefinition>"
            for n in range(count)
        )
    )


def _literals(count: int, text: Callable[[int], str]) -> bytes:
    """Decisions of one expression each."""
    return _DMN.format(
        "".join(
            f'<decision id="d{n}" name="d{n}"><literalExpression><text>{text(n)}</text></literalExpression></decision>'
            for n in range(count)
        )
    ).encode()


def _entries(count: int, name: str) -> bytes:
    """A context with so many entries, each with all before it in scope."""
    entries = "".join(
        f'<contextEntry><variable name="{name.format(n)}"/><literalExpression><text>1 + {n}</text></literalExpression>'
        "</contextEntry>"
        for n in range(count)
    )
    return _DMN.format(f'<decision id="d" name="d"><context>{entries}</context></decision>').encode()


_ONE = "<literalExpression><text>1</text></literalExpression>"


def _web(count: int, each: int) -> bytes:
    """Decisions each of which needs so many before it."""

    def needs(number: int) -> str:
        return "".join(
            f'<informationRequirement><requiredDecision href="#d{n}"/></informationRequirement>'
            for n in range(max(0, number - each), number)
        )

    return _DMN.format(
        "".join(f'<decision id="d{n}" name="d{n}">{needs(n)}{_ONE}</decision>' for n in range(count))
    ).encode()


def _table(rules: int, inputs: int, cell: Callable[[int], str], policy: str = "FIRST", value: str = "1") -> bytes:
    """A table whose cells are numbered."""
    lines = [([cell(n * inputs + i) for i in range(inputs)], value.format(n)) for n in range(rules)]
    return table("d", [f"a{i}" for i in range(inputs)], "x", lines, policy)


def _tables(count: int, rules: int) -> bytes:
    """Tables in which each rule has to be compared with all before it."""

    def rule(number: int) -> str:
        return (
            f"<rule><inputEntry><text>[{number}..{number + 50}]</text></inputEntry><inputEntry><text>&gt; {number}"
            "</text></inputEntry><outputEntry><text>1</text></outputEntry></rule>"
        )

    columns = "".join(f"<input><inputExpression><text>{name}</text></inputExpression></input>" for name in "ab")
    inside = f'{columns}<output name="x"/>{"".join(rule(n) for n in range(rules))}'
    return _DMN.format(
        "".join(
            f'<decision id="d{n}" name="d{n}"><decisionTable id="t{n}" hitPolicy="FIRST">{inside}</decisionTable>'
            "</decision>"
            for n in range(count)
        )
    ).encode()


def _deciding(content: bytes, decision_id: str = "d") -> dict[str, bytes]:
    """A process which asks a decision."""
    return bundle(process("P", start(), decision("D", decision_id, "x"), end()), files={"rules.dmn": content})


def _form(count: int, more: Callable[[int], dict[str, object]]) -> bytes:
    """A form with so many fields."""
    fields = [{"type": "textfield", "id": f"t{n}", "key": f"k{n}", "label": "x", **more(n)} for n in range(count)]
    return orjson.dumps({"type": "default", "id": "f", "components": fields})


def _hiding(count: int, text: Callable[[int], str]) -> bytes:
    return _form(count, lambda n: {"conditional": {"hide": text(n)}})


def _choices(count: int, options: int) -> bytes:
    """Choices with so many options, all of them chosen from the start."""
    offered = [{"label": f"l{n}", "value": f"v{n}"} for n in range(options)]
    chosen = [f"v{n}" for n in range(options)]
    return _form(count, lambda _: {"type": "checklist", "values": offered, "defaultValue": chosen})


_LONG = "[" + ",".join("1" * 3_000) + "]"

CASES = [
    Case("types in a chain of 3k", ".dmn", lambda: _type_chain(3_000), "bad_decision"),
    Case("types in a chain of 30", ".dmn", lambda: _type_chain(30)),
    Case("types in a tower of 150", ".dmn", lambda: _type_tower(150), "bad_decision"),
    Case("types in a tower of 30", ".dmn", lambda: _type_tower(30)),
    Case("types of long lists of values", ".dmn", lambda: _types(20, 3_000), "bad_decision"),
    Case("6k types", ".dmn", lambda: _types(6_000, 1), "bad_decision"),
    Case("type of lists of lists", "", lambda: _deciding(_of("", kind="list&lt;" * 2_000 + "Any" + "&gt;" * 2_000))),
    Case(
        "1500 decisions of brackets",
        ".dmn",
        lambda: _literals(1_500, lambda n: f"{'(' * 50}{n}+1{')' * 50}"),
        "bad_decision",
    ),
    Case("30 decisions of long lists", ".dmn", lambda: _literals(30, lambda _: _LONG), "bad_decision"),
    Case("1k decisions which are no FEEL", ".dmn", lambda: _literals(1_000, lambda _: "1 + " * 100), "bad_decision"),
    Case("context of 8k entries", ".dmn", lambda: _entries(8_000, "x{}"), "bad_decision"),
    Case("context of 2k entries", ".dmn", lambda: _entries(2_000, "x{}")),
    Case("context of 1500 names with operators", ".dmn", lambda: _entries(1_500, "a-b{}"), "bad_decision"),
    Case("decisions in a web", ".dmn", lambda: _web(600, 20), "bad_decision"),
    Case("decision of 6k tests", ".dmn", lambda: _table(600, 10, lambda n: f"? > {n} + b"), "bad_decision"),
    Case("decision of 6k results", ".dmn", lambda: _table(6_000, 1, str, value="a{} + 1"), "bad_decision"),
    Case("bundle with 4k dates", "", lambda: _deciding(_table(400, 10, lambda n: f'date("{1000 + n}-01-01")'))),
    Case("bundle with 3k rules apart", "", lambda: _deciding(_table(3_000, 1, str, "UNIQUE"))),
    Case("40 tables which hide their rules", "", lambda: _deciding(_tables(40, 60), "d5")),
    Case("bundle with 600 tables", "", lambda: _deciding(_tables(600, 2), "d5")),
    Case("form of 40 long lists", ".form", lambda: _hiding(40, lambda _: f"={_LONG}"), "too-much-feel"),
    Case(
        "form of 1k long conditions", ".form", lambda: _hiding(1_000, lambda n: f"={n}" + " + a" * 50), "too-much-feel"
    ),
    Case("form of 1k conditions", ".form", lambda: _hiding(1_000, lambda n: f'=k{n - 1} = "x{n}" or y > {n}')),
    Case(
        "form of 500 patterns",
        ".form",
        lambda: _form(500, lambda n: {"validate": {"pattern": f"(a|b)*{n}" * 40}}),
        "too-much-feel",
    ),
    Case("form of 4 choices among 2k", ".form", lambda: _choices(4, 2_000), "bad-default"),
]
