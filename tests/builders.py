"""BPMN text for tests, in a few words: `bundle(process("P", start(), user("A"), end()), ...)`.

Elements are connected in the order given; `flow` adds further sequence flows, `path` a chain of them.
"""

import itertools
from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

import orjson

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'id="Definitions_1" targetNamespace="http://redress.example/test">\n'
)


@dataclass(frozen=True)
class Element:
    """An element: tag, id, attributes, extension XML, body XML."""

    tag: str
    id: str
    attributes: dict[str, str] = field(default_factory=dict)
    extension: str = ""
    body: str = ""

    def xml(self) -> str:
        attributes = "".join(f" {name}={quoteattr(value)}" for name, value in self.attributes.items())
        holder = f"<bpmn:extensionElements>{self.extension}</bpmn:extensionElements>" if self.extension else ""
        return f"<bpmn:{self.tag} id={quoteattr(self.id)}{attributes}>{holder}{self.body}</bpmn:{self.tag}>"


@dataclass(frozen=True)
class Flow:
    """A sequence flow."""

    source: str
    target: str
    condition: str | None = None
    default: bool = False

    @property
    def id(self) -> str:
        return f"{self.source}_{self.target}"

    def xml(self) -> str:
        inside = ""
        if self.condition is not None:
            inside = (
                '<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">'
                f"{escape(self.condition)}</bpmn:conditionExpression>"
            )
        return (
            f'<bpmn:sequenceFlow id="{self.id}" sourceRef="{self.source}" targetRef="{self.target}">'
            f"{inside}</bpmn:sequenceFlow>"
        )


Part = Element | Flow | list["Element | Flow"]


def zeebe(tag: str, inside: str = "", **attributes: str) -> str:
    """A `zeebe:` extension element."""
    text = "".join(f" {name}={quoteattr(value)}" for name, value in attributes.items())
    return f"<zeebe:{tag}{text}>{inside}</zeebe:{tag}>"


def mapping(inputs: dict[str, str] | None = None, outputs: dict[str, str] | None = None) -> str:
    """`zeebe:ioMapping`: target -> source."""
    lines = [zeebe("input", source=source, target=target) for target, source in (inputs or {}).items()]
    lines += [zeebe("output", source=source, target=target) for target, source in (outputs or {}).items()]
    return zeebe("ioMapping", "".join(lines)) if lines else ""


def props(**facts: str) -> str:
    """`zeebe:properties`; `name_en` stands for `redress:name-en`."""
    lines = [zeebe("property", name=f"redress:{k.replace('_', '-')}", value=value) for k, value in facts.items()]
    return zeebe("properties", "".join(lines))


def element(tag: str, node_id: str, extension: str = "", body: str = "", name: str = "", **attributes: str) -> Element:
    """Any element; attributes in BPMN's spelling."""
    return Element(tag, node_id, {"name": name or node_id, **attributes}, extension, body)


def start(node_id: str = "Start", body: str = "") -> Element:
    return element("startEvent", node_id, body=body)


def end(node_id: str = "End", body: str = "", extension: str = "") -> Element:
    return element("endEvent", node_id, extension, body)


def user(node_id: str, *, form: str = "", extension: str = "", body: str = "") -> Element:
    definition = zeebe("formDefinition", formId=form) if form else ""
    return element("userTask", node_id, "<zeebe:userTask/>" + definition + extension, body)


def service(node_id: str, function: str, *, extension: str = "", body: str = "", **headers: str) -> Element:
    lines = "".join(zeebe("header", key=key, value=value) for key, value in headers.items())
    taken = zeebe("taskDefinition", type=function) + (zeebe("taskHeaders", lines) if lines else "")
    return element("serviceTask", node_id, taken + extension, body)


def script(node_id: str, expression: str, result: str, *, extension: str = "", body: str = "") -> Element:
    return element(
        "scriptTask", node_id, zeebe("script", expression=expression, resultVariable=result) + extension, body
    )


def decision(node_id: str, decision_id: str, result: str) -> Element:
    return element("businessRuleTask", node_id, zeebe("calledDecision", decisionId=decision_id, resultVariable=result))


def call(node_id: str, process_id: str, *, extension: str = "", body: str = "", **attributes: str) -> Element:
    return element(
        "callActivity", node_id, zeebe("calledElement", processId=process_id, **attributes) + extension, body
    )


def gateway(kind: str, node_id: str) -> Element:
    """kind: `exclusive parallel inclusive eventBased`."""
    return element(f"{kind}Gateway", node_id)


def subprocess(
    node_id: str, *parts: Part, tag: str = "subProcess", extension: str = "", body: str = "", **attributes: str
) -> Element:
    return element(tag, node_id, extension, body + _inside(parts), **attributes)


def catch(node_id: str, body: str, *, extension: str = "") -> Element:
    return element("intermediateCatchEvent", node_id, extension, body)


def throw(node_id: str, body: str, *, extension: str = "") -> Element:
    return element("intermediateThrowEvent", node_id, extension, body)


def boundary(node_id: str, host: str, body: str, *, interrupting: bool = True, extension: str = "") -> Element:
    return element(
        "boundaryEvent",
        node_id,
        extension,
        body,
        attachedToRef=host,
        cancelActivity="true" if interrupting else "false",
    )


def timer(duration: str = "", *, date: str = "", cycle: str = "") -> str:
    """A timer event definition."""
    tag, value = ("timeDuration", duration) if duration else ("timeDate", date) if date else ("timeCycle", cycle)
    return (
        "<bpmn:timerEventDefinition>"
        f'<bpmn:{tag} xsi:type="bpmn:tFormalExpression">{escape(value)}</bpmn:{tag}></bpmn:timerEventDefinition>'
    )


def event(kind: str, reference: str = "") -> str:
    """`message signal error escalation terminate cancel`, with the id of what it refers to; `link` with its name."""
    if kind == "link":
        return f'<bpmn:linkEventDefinition name="{reference}"/>'
    ref = f' {kind}Ref="{reference}"' if reference else ""
    return f"<bpmn:{kind}EventDefinition{ref}/>"


def condition(expression: str) -> str:
    """A conditional event definition."""
    inside = f"<bpmn:condition>{escape(expression)}</bpmn:condition>"
    return f"<bpmn:conditionalEventDefinition>{inside}</bpmn:conditionalEventDefinition>"


def each(
    collection: str,
    item: str = "item",
    *,
    sequential: bool = False,
    output: tuple[str, str] | None = None,
    until: str = "",
    cardinality: str = "",
) -> str:
    """Multi-instance characteristics; output is (collection, element expression)."""
    facts = {"inputCollection": collection, "inputElement": item} if collection else {}
    if output:
        facts |= {"outputCollection": output[0], "outputElement": output[1]}
    holder = f"<bpmn:extensionElements>{zeebe('loopCharacteristics', **facts)}</bpmn:extensionElements>"
    number = f"<bpmn:loopCardinality>{escape(cardinality)}</bpmn:loopCardinality>" if cardinality else ""
    done = f"<bpmn:completionCondition>{escape(until)}</bpmn:completionCondition>" if until else ""
    kind = ' isSequential="true"' if sequential else ""
    return (
        f"<bpmn:multiInstanceLoopCharacteristics{kind}>{holder}{number}{done}</bpmn:multiInstanceLoopCharacteristics>"
    )


def flow(source: str, target: str, condition: str | None = None, *, default: bool = False) -> Flow:
    return Flow(source, target, condition, default)


def path(*ids: str) -> list[Element | Flow]:
    """A chain of plain flows."""
    return [Flow(source, target) for source, target in itertools.pairwise(ids)]


def _flat(parts: tuple[Part, ...]) -> list[Element | Flow]:
    found: list[Element | Flow] = []
    for part in parts:
        found.extend(part if isinstance(part, list) else [part])
    return found


def _inside(parts: tuple[Part, ...]) -> str:
    members = _flat(parts)
    nodes = [member for member in members if isinstance(member, Element)]
    flows = [member for member in members if isinstance(member, Flow)]
    if not flows:
        chain = [node.id for node in nodes if node.tag != "boundaryEvent" and "triggeredByEvent" not in node.attributes]
        flows = [Flow(source, target) for source, target in itertools.pairwise(chain)]
    defaults = {member.source: member.id for member in flows if member.default}
    text = ""
    for node in nodes:
        if node.id in defaults:
            node = Element(
                node.tag, node.id, {**node.attributes, "default": defaults[node.id]}, node.extension, node.body
            )
        text += node.xml()
    return text + "".join(member.xml() for member in flows)


def process(process_id: str, *parts: Part, lanes: dict[str, list[str]] | None = None, name: str = "") -> str:
    """A process; without flows its elements are connected in their order. lanes: name -> element ids."""
    drawn = ""
    for number, (lane, members) in enumerate((lanes or {}).items()):
        references = "".join(f"<bpmn:flowNodeRef>{member}</bpmn:flowNodeRef>" for member in members)
        drawn += f'<bpmn:lane id="{process_id}_Lane_{number}" name={quoteattr(lane)}>{references}</bpmn:lane>'
    held = f'<bpmn:laneSet id="{process_id}_Lanes">{drawn}</bpmn:laneSet>' if drawn else ""
    return (
        f'<bpmn:process id="{process_id}" name={quoteattr(name or process_id)} isExecutable="true">'
        f"{held}{_inside(parts)}</bpmn:process>"
    )


def message(ref: str, name: str, key: str | None = None) -> str:
    """A message with its correlation key."""
    subscription = (
        f"<bpmn:extensionElements>{zeebe('subscription', correlationKey=key)}</bpmn:extensionElements>" if key else ""
    )
    return f'<bpmn:message id="{ref}" name={quoteattr(name)}>{subscription}</bpmn:message>'


def signal(ref: str, name: str) -> str:
    return f'<bpmn:signal id="{ref}" name={quoteattr(name)}/>'


def error(ref: str, code: str) -> str:
    return f'<bpmn:error id="{ref}" name="{ref}" errorCode={quoteattr(code)}/>'


def escalation(ref: str, code: str) -> str:
    return f'<bpmn:escalation id="{ref}" name="{ref}" escalationCode={quoteattr(code)}/>'


def diagram(*parts: str) -> bytes:
    """A BPMN file from processes and declarations."""
    return (HEAD + "\n".join(parts) + "\n</bpmn:definitions>\n").encode()


def bundle(*parts: str, key: str = "test", main: str = "P", files: dict[str, bytes] | None = None) -> dict[str, bytes]:
    """The files of a bundle with one diagram."""
    facts = {"key": key, "name": {"zh": "测试", "en": "Test"}, "process": main}
    return {"bundle.json": orjson.dumps(facts), "main.bpmn": diagram(*parts), **(files or {})}


def form(form_id: str, *fields: dict[str, object]) -> bytes:
    """A form-js schema."""
    return orjson.dumps({"type": "default", "id": form_id, "schemaVersion": 18, "components": list(fields)})


def table(
    decision_id: str, inputs: list[str], output: str, rules: list[tuple[list[str], str]], policy: str = "UNIQUE"
) -> bytes:
    """A DMN file with one decision table."""
    columns = "".join(
        f'<input id="{decision_id}_i{n}"><inputExpression id="{decision_id}_e{n}"><text>{escape(text)}</text>'
        "</inputExpression></input>"
        for n, text in enumerate(inputs)
    )
    lines = ""
    for number, (tests, value) in enumerate(rules):
        cells = "".join(
            f'<inputEntry id="{decision_id}_r{number}c{n}"><text>{escape(test)}</text></inputEntry>'
            for n, test in enumerate(tests)
        )
        lines += (
            f'<rule id="{decision_id}_r{number}">{cells}'
            f'<outputEntry id="{decision_id}_r{number}o"><text>{escape(value)}</text></outputEntry></rule>'
        )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="D" name="D" '
        f'namespace="http://redress.example/{decision_id}">'
        f'<decision id="{decision_id}" name="{decision_id}"><decisionTable id="{decision_id}_t" hitPolicy="{policy}">'
        f'{columns}<output id="{decision_id}_o" name="{output}"/>{lines}</decisionTable></decision></definitions>'
    ).encode()
