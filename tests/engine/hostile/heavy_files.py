"""Decisions, forms and bundles which are large, deep, circular or slow."""

from tests.builders import bundle, decision, diagram, end, process, start, table
from tests.engine.hostile.cases import Case
from tests.engine.hostile.other_files import GOOD, fields, zipped

_DMN = (
    '<?xml version="1.0" encoding="UTF-8"?><definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" '
    'id="D" name="D" namespace="urn:d">{}</definitions>'
)


def _decision(decision_id: str, text: str, needs: tuple[str, ...] = ()) -> str:
    """A decision of one literal expression which needs others."""
    wanted = "".join(
        f'<informationRequirement id="{decision_id}_{n}"><requiredDecision href="#{n}"/></informationRequirement>'
        for n in needs
    )
    return (
        f'<decision id="{decision_id}" name="{decision_id}"><variable name="{decision_id}"/>{wanted}'
        f"<literalExpression><text>{text}</text></literalExpression></decision>"
    )


def _chain(count: int) -> bytes:
    """Decisions which need the one before."""
    parts = [_decision("d0", "1")]
    parts += [_decision(f"d{n}", f"d{n - 1} + 1", (f"d{n - 1}",)) for n in range(1, count)]
    return _DMN.format("".join(parts)).encode()


def _lattice(levels: int) -> bytes:
    """Two decisions a level, both needing both of the level below: 2 to the power of `levels` ways."""
    parts = [_decision("a0", "1"), _decision("b0", "1")]
    for n in range(1, levels):
        needs = (f"a{n - 1}", f"b{n - 1}")
        parts += [_decision(f"{side}{n}", f"a{n - 1} + b{n - 1}", needs) for side in "ab"]
    return _DMN.format("".join(parts)).encode()


def _wide(rules: int, inputs: int, policy: str = "UNIQUE") -> bytes:
    """A table whose rules overlap in ways which have to be looked for."""
    lines = [([f"[{(n * 7 + i) % 50}..{(n * 7 + i) % 50 + 30}]" for i in range(inputs)], '"y"') for n in range(rules)]
    return table("d", [f"a{i}" for i in range(inputs)], "x", lines, policy)


def _ends(rules: int, inputs: int) -> bytes:
    """A table in which no two ranges end alike: as many regions as can be."""
    lines = [([f"[{n + i / 100}..{n + i / 100 + rules}]" for i in range(inputs)], '"y"') for n in range(rules)]
    return table("d", [f"a{i}" for i in range(inputs)], "x", lines)


def _values(rules: int, inputs: int) -> bytes:
    """A table whose cells are long lists of values."""
    lines = [([",".join(str(n * 100 + k * 2) for k in range(60))] * inputs, '"y"') for n in range(rules)]
    return table("d", [f"a{i}" for i in range(inputs)], "x", lines)


def _literal(text: str) -> bytes:
    return _DMN.format(_decision("d", text)).encode()


def _knowledge() -> bytes:
    """A business knowledge model which calls itself."""
    return _DMN.format(
        '<businessKnowledgeModel id="f" name="f"><encapsulatedLogic><formalParameter name="n"/>'
        "<literalExpression><text>f(n) + f(n)</text></literalExpression></encapsulatedLogic>"
        '<knowledgeRequirement id="k"><requiredKnowledge href="#f"/></knowledgeRequirement></businessKnowledgeModel>'
        + _decision("d", "f(1)").replace(
            "<literalExpression>",
            '<knowledgeRequirement id="k2"><requiredKnowledge href="#f"/></knowledgeRequirement><literalExpression>',
        )
    ).encode()


def _type_round() -> bytes:
    """Types which are made of each other."""
    types = "".join(
        f'<itemDefinition name="{mine}"><itemComponent name="x"><typeRef>{other}</typeRef></itemComponent>'
        "</itemDefinition>"
        for mine, other in (("A", "B"), ("B", "A"))
    )
    return _DMN.format(types + _decision("d", "1").replace('name="d"/>', 'name="d" typeRef="A"/>')).encode()


def _import(uri: str) -> bytes:
    kind = "https://www.omg.org/spec/DMN/20191111/MODEL/"
    imported = f'<import name="o" namespace="urn:o" locationURI="{uri}" importType="{kind}"/>'
    return _DMN.format(imported + _decision("d", "1")).encode()


def _nested_context(depth: int) -> bytes:
    inside = "<literalExpression><text>1</text></literalExpression>"
    for _ in range(depth):
        inside = f'<context><contextEntry><variable name="x"/>{inside}</contextEntry></context>'
    return _DMN.format(f'<decision id="d" name="d"><variable name="d"/>{inside}</decision>').encode()


def _field(kind: str = "textfield", **more: object) -> dict[str, object]:
    return {"type": kind, "id": "t1", "key": "k1", "label": "x", **more}


def _lists(depth: int) -> dict[str, object]:
    """Lists of lists of lists, each repeated from the start."""
    inner = _field()
    for number in range(depth):
        inner = {
            "type": "dynamiclist", "id": f"l{number}", "path": f"l{number}", "label": "x", "isRepeating": True,
            "defaultRepetitions": 500, "components": [inner],
        }  # fmt: skip
    return inner


def _hidden_round(count: int) -> bytes:
    """Fields each of which is hidden by the next, in a circle."""
    return fields(
        *[
            {**_field(), "id": f"t{n}", "key": f"k{n}", "conditional": {"hide": f'=k{(n + 1) % count} = "x"'}}
            for n in range(count)
        ]
    )


def _computed(text: str) -> bytes:
    return fields({"type": "expression", "id": "e", "key": "k", "expression": text, "computeOn": "change"})


def _options(count: int) -> bytes:
    return fields(_field("select", values=[{"label": f"l{n}", "value": f"v{n}"} for n in range(count)]))


def _keys(count: int) -> bytes:
    return fields(*[{**_field(), "id": f"t{n}"} for n in range(count)])


def _deciding(content: bytes, decision_id: str) -> dict[str, bytes]:
    """A process which asks a decision."""
    return bundle(process("P", start(), decision("D", decision_id, "x"), end()), files={"rules.dmn": content})


def _twice() -> dict[str, bytes]:
    """Two diagrams with the same process."""
    return {**GOOD, "again.bpmn": GOOD["main.bpmn"]}


CASES = [
    Case("decisions in a row of 2k", ".dmn", lambda: _chain(1_900), "bad_decision"),
    Case("decisions in a row of 500", ".dmn", lambda: _chain(500)),
    Case("decisions in a row of 100", ".dmn", lambda: _chain(100)),
    Case("bundle with decisions in a row", "", lambda: _deciding(_chain(500), "d499")),
    Case("bundle with a great table", "", lambda: _deciding(_wide(1_500, 10), "d"), "decision_overlap"),
    Case("bundle with a table of different ranges", "", lambda: _deciding(_ends(600, 10), "d"), "decision_overlap"),
    Case("bundle with a table of long lists", "", lambda: _deciding(_values(300, 10), "d")),
    Case("decisions in a lattice", ".dmn", lambda: _lattice(60)),
    Case("decision of 300 rules and 30 inputs", ".dmn", lambda: _wide(300, 30), "decision_overlap"),
    Case("decision of 2k rules and 10 inputs", ".dmn", lambda: _wide(2_000, 10), "bad_decision"),
    Case("decision of 1500 rules and 10 inputs", ".dmn", lambda: _wide(1_500, 10), "decision_overlap"),
    Case("decision of 40 rules and 400 inputs", ".dmn", lambda: _wide(40, 400), "bad_decision"),
    Case("decision with a pattern bomb", ".dmn", lambda: table("d", ["a"], "x", [(['matches(?, "^(a+)+$")'], "1")])),
    Case(
        "decision with 10k values in a cell",
        ".dmn",
        lambda: table("d", ["a"], "x", [([",".join(f'"v{n}"' for n in range(10_000))], "1")]),
        "decision_syntax",
    ),
    Case(
        "decision of 1 MB in a cell",
        ".dmn",
        lambda: table("d", ["a"], "x", [(['"' + "x" * 1_000_000 + '"'], "1")]),
        "decision_syntax",
    ),
    Case("decision which counts to 1e9", ".dmn", lambda: _literal("count(for i in 1..1000000000 return i)")),
    Case("knowledge which calls itself", ".dmn", _knowledge),
    Case("types in a circle", ".dmn", _type_round),
    Case("decision which imports a web page", ".dmn", lambda: _import("http://127.0.0.1:1/x.dmn"), "bad_decision"),
    Case("decision which imports a file", ".dmn", lambda: _import("file:///etc/passwd"), "bad_decision"),
    Case("decision 45 contexts deep", ".dmn", lambda: _nested_context(45)),
    Case("form of lists of lists", ".form", lambda: fields(_lists(12)), "opens-too-large"),
    Case("form of fields which hide each other", ".form", lambda: _hidden_round(500)),
    Case("form of 50k options", ".form", lambda: _options(50_000), "too-large"),
    Case("form of 5k fields with one key", ".form", lambda: _keys(5_000), "duplicate-key"),
    Case("form which computes itself", ".form", lambda: _computed("=k + 1")),
    Case("form which counts to 1e9", ".form", lambda: _computed("=count(for i in 1..1000000000 return i)")),
    Case("form with NUL in a label", ".form", lambda: fields(_field(label="a\x00b"))),
    Case("form with NUL in a key", ".form", lambda: fields(_field(key="a\x00b")), "bad-key"),
    Case(
        "form with half a character",
        ".form",
        lambda: fields(_field(label="HALF")).replace(b"HALF", b"\\ud800"),
        "not-json",
    ),
    Case("form with NaN", ".form", lambda: b'{"type":"default","id":"f","components":[],"x":NaN}', "not-json"),
    Case(
        "form with a number of 100k digits",
        ".form",
        lambda: b'{"type":"default","id":"f","components":[],"x":' + b"9" * 100_000 + b"}",
        "not-json",
    ),
    Case("form with a key of 1k parts", ".form", lambda: fields(_field(key=".".join("a" * 1_000))), "bad-key"),
    Case(
        "form with a web page",
        ".form",
        lambda: fields({"type": "iframe", "id": "i", "label": "x", "url": "javascript:alert(1)"}),
    ),
    Case(
        "form with markup", ".form", lambda: fields({"type": "html", "id": "h", "content": "<script>alert(1)</script>"})
    ),
    Case(
        "form with 1e9 decimals", ".form", lambda: fields(_field("number", decimalDigits=1_000_000_000)), "bad-property"
    ),
    Case(
        "form with a text of templates",
        ".form",
        lambda: fields({"type": "text", "id": "t", "text": "{{#loop x}}" * 20_000}),
    ),
    Case(
        "form with a pattern which is none",
        ".form",
        lambda: fields(_field(validate={"pattern": "(" * 5_000})),
        "bad-pattern",
    ),
    Case("form which is a list", ".form", lambda: b"[]", "not-a-form"),
    Case("one process in two diagrams", "", _twice, "duplicate_process"),
    Case(
        "a diagram called decision",
        "",
        lambda: {**GOOD, "x.dmn": diagram(process("Q", start("S2"), end("E2")))},
        "bad_decision",
    ),
    Case(
        "zip with a file twice", ".zip", lambda: zipped({**GOOD, "MAIN.BPMN": GOOD["main.bpmn"]}), "duplicate_process"
    ),
]
