"""DMN files for tests, written as few words as possible."""

from collections.abc import Sequence
from xml.sax.saxutils import escape

from engine.dmn import Decisions, load

NAMESPACES = {
    "1.1": "http://www.omg.org/spec/DMN/20151101/dmn.xsd",
    "1.2": "http://www.omg.org/spec/DMN/20180521/MODEL/",
    "1.3": "https://www.omg.org/spec/DMN/20191111/MODEL/",
    "1.4": "https://www.omg.org/spec/DMN/20211108/MODEL/",
    "1.5": "https://www.omg.org/spec/DMN/20230324/MODEL/",
}


def definitions(body: str, *, version: str = "1.3", namespace: str = "urn:test") -> bytes:
    """A whole file around its nodes."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><definitions xmlns="{NAMESPACES[version]}" id="d" name="test" '
        f'namespace="{namespace}">{body}</definitions>'
    ).encode()


def table_xml(
    inputs: Sequence[str],
    outputs: Sequence[str],
    rules: Sequence[Sequence[str]],
    *,
    policy: str = "UNIQUE",
    aggregation: str = "",
    allowed: Sequence[str] = (),
    default: str = "",
    types: Sequence[str] = (),
) -> str:
    """A decision table: rules are cells in column order; allowed are the output values, types those of the inputs."""
    columns = ""
    for place, text in enumerate(inputs):
        kind = f' typeRef="{types[place]}"' if types else ""
        columns += f'<input id="i{place}"><inputExpression{kind}><text>{escape(text)}</text></inputExpression></input>'
    for place, name in enumerate(outputs):
        values = f"<outputValues><text>{escape(allowed[place])}</text></outputValues>" if allowed else ""
        fallback = f"<defaultOutputEntry><text>{escape(default)}</text></defaultOutputEntry>" if default else ""
        columns += f'<output id="o{place}" name="{name}">{values}{fallback}</output>'
    rows = ""
    for index, cells in enumerate(rules, 1):
        tests = "".join(f"<inputEntry><text>{escape(cell)}</text></inputEntry>" for cell in cells[: len(inputs)])
        ends = "".join(f"<outputEntry><text>{escape(cell)}</text></outputEntry>" for cell in cells[len(inputs) :])
        rows += f'<rule id="r{index}">{tests}{ends}</rule>'
    summed = f' aggregation="{aggregation}"' if aggregation else ""
    return f'<decisionTable id="T" hitPolicy="{policy}"{summed}>{columns}{rows}</decisionTable>'


def decision_xml(expression: str, *, name: str = "D", type_ref: str = "", requires: str = "") -> str:
    """A decision around its expression."""
    kind = f' typeRef="{type_ref}"' if type_ref else ""
    return f'<decision id="{name}" name="{name}"><variable name="{name}"{kind}/>{requires}{expression}</decision>'


def literal_xml(text: str) -> str:
    """A literal expression."""
    return f"<literalExpression><text>{escape(text)}</text></literalExpression>"


def table(
    inputs: Sequence[str],
    outputs: Sequence[str],
    rules: Sequence[Sequence[str]],
    *,
    policy: str = "UNIQUE",
    aggregation: str = "",
    allowed: Sequence[str] = (),
    default: str = "",
    types: Sequence[str] = (),
) -> Decisions:
    """A loaded file with one table, the decision `D`."""
    expression = table_xml(
        inputs, outputs, rules, policy=policy, aggregation=aggregation, allowed=allowed, default=default, types=types
    )
    return load(definitions(decision_xml(expression)))


def literal(text: str) -> Decisions:
    """A loaded file with one literal expression, the decision `D`."""
    return load(definitions(decision_xml(literal_xml(text))))
