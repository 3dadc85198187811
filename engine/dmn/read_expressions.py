"""Boxed expressions and decision tables: XML -> values (DMN 1.5 chapters 8 and 10.2)."""

from collections.abc import Callable

from lxml import etree

from engine.dmn.errors import DmnError
from engine.dmn.model import (
    Aggregation,
    Conditional,
    Context,
    Entry,
    Expression,
    Filter,
    FunctionDefinition,
    HitPolicy,
    Input,
    Invocation,
    Iterator,
    ListOf,
    Literal,
    Output,
    Relation,
    Rule,
    Table,
    Variable,
)
from engine.dmn.xml import attribute, child, children, local, text_of

MAX_RULES = 10_000
_MAX_COLUMNS = 200
_MAX_CELLS = 20_000


def name_of(element: etree._Element) -> str:
    """The `name` attribute with runs of white space made one space, as FEEL compares names."""
    return " ".join(attribute(element, "name").split())


def variable(element: etree._Element | None, default: str) -> Variable:
    """An InformationItem; `default` is the name when the element is absent or has none."""
    if element is None:
        return Variable(" ".join(default.split()))
    type_ref = attribute(element, "typeRef") or text_of(child(element, "typeRef"))
    return Variable(name_of(element) or " ".join(default.split()), type_ref)


def expression(element: etree._Element) -> Expression:
    """Any boxed expression; raises DmnError for an element which is none."""
    reader = KINDS.get(local(element))
    if reader is None:
        raise DmnError("not an expression", attribute(element, "id") or local(element), zh="不是表达式")
    return reader(element)


def function_definition(element: etree._Element) -> FunctionDefinition:
    """A boxed function, also the encapsulated logic of a business knowledge model."""
    return FunctionDefinition(
        id=_id(element),
        parameters=tuple(variable(part, "") for part in children(element, "formalParameter")),
        body=_first(element),
        kind=(attribute(element, "kind") or "FEEL").rpartition(":")[2],
        type_ref=attribute(element, "typeRef"),
    )


def _id(element: etree._Element) -> str:
    return attribute(element, "id")


def _where(element: etree._Element) -> str:
    parent = element.getparent()
    while element is not None and not (attribute(element, "id") or attribute(element, "name")):
        if parent is None:
            break
        element, parent = parent, parent.getparent()
    return attribute(element, "id") or attribute(element, "name") or local(element)


def _first(element: etree._Element) -> Expression | None:
    found = next((part for part in children(element) if local(part) in KINDS), None)
    return None if found is None else expression(found)


def _needed(element: etree._Element, name: str) -> Expression:
    holder = child(element, name)
    found = None if holder is None else _first(holder)
    if found is None:
        raise DmnError(
            f"{local(element)} needs an expression in {name}",
            _where(element),
            zh=f"{local(element)} 的 {name} 缺少表达式",
        )
    return found


def _literal(element: etree._Element) -> Literal:
    return Literal(
        id=_id(element),
        text=text_of(child(element, "text")),
        type_ref=attribute(element, "typeRef"),
        language=attribute(element, "expressionLanguage"),
    )


def _context(element: etree._Element) -> Context:
    entries = []
    for part in children(element, "contextEntry"):
        entries.append(Entry(variable(child(part, "variable"), ""), _first(part)))
    return Context(_id(element), tuple(entries), attribute(element, "typeRef"))


def _list(element: etree._Element) -> ListOf:
    items = tuple(expression(part) for part in children(element) if local(part) in KINDS)
    return ListOf(_id(element), items, attribute(element, "typeRef"))


def _relation(element: etree._Element) -> Relation:
    columns = tuple(variable(part, "") for part in children(element, "column"))
    rows = tuple(_list(row).items for row in children(element, "row"))
    if any(len(row) != len(columns) for row in rows):
        raise DmnError(
            "a row of the relation has another number of cells than there are columns",
            _where(element),
            zh="关系表某行的单元格数与列数不同",
        )
    return Relation(_id(element), columns, rows, attribute(element, "typeRef"))


def _invocation(element: etree._Element) -> Invocation:
    function = _first(element)
    if function is None:
        raise DmnError("an invocation needs the function to call", _where(element), zh="调用缺少函数")
    bindings = []
    for part in children(element, "binding"):
        bindings.append((variable(child(part, "parameter"), ""), _first(part)))
    return Invocation(_id(element), function, tuple(bindings), attribute(element, "typeRef"))


def _conditional(element: etree._Element) -> Conditional:
    parts = (_needed(element, "if"), _needed(element, "then"), _needed(element, "else"))
    return Conditional(_id(element), *parts, type_ref=attribute(element, "typeRef"))


def _filter(element: etree._Element) -> Filter:
    return Filter(_id(element), _needed(element, "in"), _needed(element, "match"), attribute(element, "typeRef"))


def _iterator(element: etree._Element) -> Iterator:
    kind = local(element)
    body = _needed(element, "return" if kind == "for" else "satisfies")
    name = " ".join(attribute(element, "iteratorVariable").split())
    if not name:
        raise DmnError(f"{kind} needs an iteratorVariable", _where(element), zh=f"{kind} 缺少迭代变量")
    return Iterator(_id(element), kind, name, _needed(element, "in"), body, attribute(element, "typeRef"))


def _table(element: etree._Element) -> Table:
    where = _where(element)
    try:
        policy = HitPolicy((attribute(element, "hitPolicy") or "UNIQUE").replace("_", " ").upper())
        raw = attribute(element, "aggregation").upper()
        aggregation = Aggregation(raw) if raw else None
    except ValueError as error:
        raise DmnError(f"unknown hit policy: {error}", where, zh=f"未知的命中策略：{error}") from error
    inputs = tuple(_input(part, index) for index, part in enumerate(children(element, "input")))
    outputs = tuple(_output(part) for part in children(element, "output"))
    annotations = [name_of(part) for part in children(element, "annotation")]
    rules = tuple(_rule(part, index, annotations) for index, part in enumerate(children(element, "rule"), 1))
    if not outputs:
        raise DmnError("a decision table needs an output", where, zh="决策表缺少输出列")
    cells = len(rules) * (len(inputs) + len(outputs))
    if len(rules) > MAX_RULES or len(inputs) > _MAX_COLUMNS or len(outputs) > _MAX_COLUMNS or cells > _MAX_CELLS:
        raise DmnError(
            f"more than {MAX_RULES} rules, {_MAX_COLUMNS} columns or {_MAX_CELLS} cells",
            where,
            zh=f"规则超过 {MAX_RULES} 条、列超过 {_MAX_COLUMNS} 列或单元格超过 {_MAX_CELLS} 个",
        )
    for rule in rules:
        if len(rule.tests) != len(inputs) or len(rule.outputs) != len(outputs):
            raise DmnError(
                f"rule {rule.index} has another number of cells than there are columns",
                rule.id or where,
                zh=f"规则 {rule.index} 的单元格数与列数不同",
            )
    names = [output.name for output in outputs]
    if len(outputs) > 1 and (not all(names) or len(set(names)) < len(names)):
        raise DmnError("each of several outputs needs a name of its own", where, zh="多个输出列必须各有不同的名称")
    if aggregation is not None and policy is not HitPolicy.COLLECT:
        raise DmnError("only COLLECT has an aggregation", where, zh="只有 COLLECT 可以汇总")
    return Table(_id(element), policy, aggregation, inputs, outputs, rules, attribute(element, "typeRef"))


def _input(element: etree._Element, index: int) -> Input:
    inner = child(element, "inputExpression")
    found = Literal("", "") if inner is None else _literal(inner)
    if not found.text:
        raise DmnError(
            f"input {index + 1} has no expression",
            _id(element) or _where(element),
            zh=f"第 {index + 1} 个输入列没有表达式",
        )
    label = attribute(element, "label") or found.text
    return Input(_id(element), label, found, text_of(child(element, "inputValues")))


def _output(element: etree._Element) -> Output:
    default = child(element, "defaultOutputEntry")
    return Output(
        id=_id(element),
        name=name_of(element),
        label=attribute(element, "label") or name_of(element),
        type_ref=attribute(element, "typeRef"),
        allowed=text_of(child(element, "outputValues")),
        default=None if default is None else _literal(default),
    )


def _rule(element: etree._Element, index: int, annotations: list[str]) -> Rule:
    notes = {}
    for position, part in enumerate(children(element, "annotationEntry")):
        name = annotations[position] if position < len(annotations) and annotations[position] else str(position + 1)
        notes[name] = text_of(part)
    described = text_of(child(element, "description"))
    if described:
        notes.setdefault("description", described)
    cells = list(children(element, "inputEntry"))
    return Rule(
        id=_id(element),
        index=index,
        tests=tuple(text_of(part) for part in cells),
        outputs=tuple(_literal(part) for part in children(element, "outputEntry")),
        annotations=notes,
        test_ids=tuple(_id(part) for part in cells),
    )


KINDS: dict[str, Callable[[etree._Element], Expression]] = {
    "literalExpression": _literal,
    "decisionTable": _table,
    "context": _context,
    "list": _list,
    "relation": _relation,
    "invocation": _invocation,
    "functionDefinition": function_definition,
    "conditional": _conditional,
    "filter": _filter,
    "for": _iterator,
    "every": _iterator,
    "some": _iterator,
}
