"""DMN XML -> the values of `engine.dmn.model`. Structure only: FEEL texts stay texts."""

from lxml import etree

from engine.dmn import read_expressions as expressions
from engine.dmn.errors import DmnError
from engine.dmn.model import (
    Decision,
    Definitions,
    Import,
    InputData,
    ItemDefinition,
    Knowledge,
    Node,
    Service,
    Variable,
)
from engine.dmn.xml import attribute, child, children, local, parse_definitions, text_of

_MAX_NODES = 2_000


def read(xml: bytes) -> Definitions:
    """One file as values; raises DmnError naming the element at fault."""
    root = parse_definitions(xml)
    nodes: dict[str, Node] = {}
    for element in children(root):
        node = _node(element)
        if node is None:
            continue
        if node.id in nodes:
            raise DmnError("this id is used twice", node.id, zh="id 重复")
        nodes[node.id] = node
    if len(nodes) > _MAX_NODES:
        raise DmnError(f"more than {_MAX_NODES} nodes", zh=f"节点超过 {_MAX_NODES} 个")
    items = [_item(element) for element in children(root, "itemDefinition")]
    return Definitions(
        name=attribute(root, "name"),
        namespace=attribute(root, "namespace"),
        language=attribute(root, "expressionLanguage"),
        nodes=nodes,
        items={item.name: item for item in items},
        imports=tuple(_import(element) for element in children(root, "import")),
    )


def _node(element: etree._Element) -> Node | None:
    kind = local(element)
    if kind not in {"inputData", "decision", "businessKnowledgeModel", "decisionService"}:
        return None
    name = expressions.name_of(element)
    node_id = attribute(element, "id") or name
    if not node_id:
        raise DmnError(f"a {kind} has neither id nor name", zh=f"{kind} 既没有 id 也没有名称")
    variable = expressions.variable(child(element, "variable"), default=name or node_id)
    if kind == "inputData":
        return InputData(node_id, name or node_id, variable)
    if kind == "decision":
        return _decision(element, node_id, name or node_id, variable)
    if kind == "businessKnowledgeModel":
        logic = child(element, "encapsulatedLogic")
        function = None if logic is None else expressions.function_definition(logic)
        return Knowledge(node_id, name or node_id, variable, function, _requirements(element))
    return _service(element, node_id, name or node_id, variable)


def _decision(element: etree._Element, node_id: str, name: str, variable: Variable) -> Decision:
    logic = [part for part in children(element) if local(part) in expressions.KINDS]
    if len(logic) > 1:
        raise DmnError("a decision has one expression at most", node_id, zh="一个决策最多只能有一个表达式")
    return Decision(
        id=node_id,
        name=name,
        variable=variable,
        expression=expressions.expression(logic[0]) if logic else None,
        requires=_requirements(element),
        question=text_of(child(element, "question")),
        allowed_answers=text_of(child(element, "allowedAnswers")),
        has_variable=child(element, "variable") is not None,
    )


def _service(element: etree._Element, node_id: str, name: str, variable: Variable) -> Service:
    def hrefs(kind: str) -> tuple[str, ...]:
        return tuple(attribute(part, "href") for part in children(element, kind))

    return Service(
        id=node_id,
        name=name,
        variable=variable,
        outputs=hrefs("outputDecision"),
        encapsulated=hrefs("encapsulatedDecision"),
        input_decisions=hrefs("inputDecision"),
        input_data=hrefs("inputData"),
    )


def _requirements(element: etree._Element) -> tuple[str, ...]:
    wanted = ("requiredInput", "requiredDecision", "requiredKnowledge")
    return tuple(
        attribute(target, "href")
        for requirement in children(element, "informationRequirement", "knowledgeRequirement")
        for target in children(requirement, *wanted)
    )


def _import(element: etree._Element) -> Import:
    return Import(
        name=expressions.name_of(element),
        namespace=attribute(element, "namespace"),
        location=attribute(element, "locationURI"),
        kind=attribute(element, "importType"),
    )


def _item(element: etree._Element) -> ItemDefinition:
    name = expressions.name_of(element)
    if not name:
        raise DmnError("a type without a name", attribute(element, "id") or local(element), zh="类型没有名称")
    function = child(element, "functionItem")
    parameters = None
    if function is not None:
        parameters = tuple(expressions.variable(part, "") for part in children(function, "parameters"))
    return ItemDefinition(
        name=name,
        type_ref=text_of(child(element, "typeRef")),
        components=tuple(_item(part) for part in children(element, "itemComponent")),
        is_collection=attribute(element, "isCollection") in {"true", "1"},
        allowed=text_of(child(element, "allowedValues")),
        constraint=text_of(child(element, "typeConstraint")),
        parameters=parameters,
        result="" if function is None else attribute(function, "outputTypeRef"),
    )
