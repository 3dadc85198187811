"""Boxed expressions, functions, services, imports and types: the parts of DMN around the table."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest

from engine.dmn import Decisions, load
from engine.feel import Budget, BudgetExceeded, FeelError, Function, Functions
from tests.engine.dmn.build import decision_xml, definitions, literal, literal_xml

KIND = "https://www.omg.org/spec/DMN/20191111/MODEL/"


def _value(expression: str, **facts: object) -> object:
    return load(definitions(decision_xml(expression), version="1.4")).evaluate("D", facts).plain()


def _part(name: str, text: str) -> str:
    return f"<{name}>{literal_xml(text)}</{name}>"


def test_an_entry_of_a_boxed_context_sees_the_ones_before_it() -> None:
    entries = "".join(
        f'<contextEntry><variable name="{name}"/>{literal_xml(text)}</contextEntry>'
        for name, text in (("net price", "100"), ("tax", "net price * 0.13"))
    )
    assert _value(f"<context>{entries}</context>") == {"net price": 100, "tax": 13}
    assert _value(f"<context>{entries}<contextEntry>{literal_xml('net price + tax')}</contextEntry></context>") == 113


def test_lists_and_relations() -> None:
    assert _value(f"<list>{literal_xml('1')}{literal_xml('x')}</list>", x=2) == [1, 2]
    columns = '<column name="a"/><column name="b"/>'
    row = f"<row>{literal_xml('1')}{literal_xml('2')}</row>"
    assert _value(f"<relation>{columns}{row}</relation>") == [{"a": 1, "b": 2}]


def test_conditional_filter_for_some_and_every() -> None:
    choice = f"<conditional>{_part('if', 'x > 1')}{_part('then', '10')}{_part('else', '20')}</conditional>"
    assert _value(choice, x=2) == 10
    assert _value(choice, x=0) == 20
    assert _value(f"<filter>{_part('in', '[1,2,3]')}{_part('match', 'item > 1')}</filter>") == [2, 3]
    assert _value(f"<filter>{_part('in', 'rows')}{_part('match', 'n > 1')}</filter>", rows=[{"n": 1}, {"n": 2}]) == [
        {"n": 2}
    ]
    each = 'iteratorVariable="e"'
    assert _value(f"<for {each}>{_part('in', '[1,2]')}{_part('return', 'e * 2')}</for>") == [2, 4]
    assert _value(f"<some {each}>{_part('in', '[1,2]')}{_part('satisfies', 'e > 1')}</some>") is True
    assert _value(f"<every {each}>{_part('in', '[1,2]')}{_part('satisfies', 'e > 1')}</every>") is False


def test_for_sees_the_results_so_far_as_partial() -> None:
    body = _part("return", "if count(partial) = 0 then 1 else partial[-1] * e")
    assert _value(f'<for iteratorVariable="e">{_part("in", "[1,2,3,4]")}{body}</for>') == [1, 2, 6, 24]


def test_partial_may_be_kept_without_making_a_list_of_itself() -> None:
    body = _part("return", "partial")
    assert _value(f'<for iteratorVariable="e">{_part("in", "[1,2,3]")}{body}</for>') == [[], [[]], [[], [[]]]]


def test_a_function_definition_is_called_with_named_bindings() -> None:
    function = (
        f'<functionDefinition><formalParameter name="n" typeRef="number"/>{literal_xml("n + 1")}</functionDefinition>'
    )
    call = f'<invocation>{literal_xml("f")}<binding><parameter name="n"/>{literal_xml("41")}</binding></invocation>'
    entry = f'<contextEntry><variable name="f"/>{function}</contextEntry>'
    box = f"<context>{entry}<contextEntry>{call}</contextEntry></context>"
    assert _value(box) == 42
    assert _value(box.replace('parameter name="n"', 'parameter name="m"')) is None


def test_a_java_function_is_refused_and_said_so() -> None:
    result = load(definitions(decision_xml('<functionDefinition kind="Java"/>'))).evaluate("D", {})
    assert result.value is None
    assert result.diagnostics[0].code == "external"


def _knowledge(name: str, parameters: str, body: str, requires: str = "") -> str:
    needs = f'<knowledgeRequirement><requiredKnowledge href="#{requires}"/></knowledgeRequirement>' if requires else ""
    return (
        f'<businessKnowledgeModel id="{name}" name="{name}"><variable name="{name}"/><encapsulatedLogic>{parameters}'
        f"{body}</encapsulatedLogic>{needs}</businessKnowledgeModel>"
    )


RECURSIVE = _knowledge(
    "fact", '<formalParameter name="n" typeRef="number"/>', literal_xml("if n <= 1 then 1 else n * fact(n - 1)")
) + decision_xml(
    literal_xml("fact(x)"), requires='<knowledgeRequirement><requiredKnowledge href="#fact"/></knowledgeRequirement>'
)


def test_a_knowledge_model_is_called_checks_its_parameters_and_may_call_itself() -> None:
    decisions = load(definitions(RECURSIVE))
    assert decisions.evaluate("D", {"x": 5}).value == 120
    assert decisions.evaluate("D", {"x": "five"}).value is None
    assert decisions.evaluate("fact", {"n": 4}).value == 24


def test_a_knowledge_model_may_call_itself_a_hundred_times() -> None:
    decisions = load(definitions(RECURSIVE))

    def under(frames: int) -> object:
        return decisions.evaluate("D", {"x": 110}).value if frames == 0 else under(frames - 1)

    with ThreadPoolExecutor(1) as pool:
        assert str(pool.submit(under, 200).result()).startswith("1.588245541522742940425370312709")


def test_endless_recursion_ends_in_a_clean_error() -> None:
    endless = RECURSIVE.replace("n &lt;= 1", "false")
    with pytest.raises(BudgetExceeded):
        load(definitions(endless)).evaluate("D", {"x": 5})
    with pytest.raises(BudgetExceeded), ThreadPoolExecutor(1) as pool:
        pool.submit(load(definitions(endless)).evaluate, "D", {"x": 5}, budget=Budget(depth=10**6, seconds=5)).result()


DOUBLING = {
    "a list": "<list>{0}{0}</list>",
    "a context": '<context><contextEntry><variable name="a"/>{0}</contextEntry>'
    '<contextEntry><variable name="b"/>{0}</contextEntry></context>',
    "a relation": '<relation><column name="a"/><column name="b"/><row>{0}{0}</row></relation>',
    "a table": '<decisionTable><input><inputExpression><text>1</text></inputExpression></input><output name="a"/>'
    '<output name="b"/><rule><inputEntry><text>-</text></inputEntry><outputEntry>{1}</outputEntry>'
    "<outputEntry>{1}</outputEntry></rule></decisionTable>",
}


@pytest.mark.parametrize("box", DOUBLING.values(), ids=DOUBLING)
def test_a_value_which_doubles_from_decision_to_decision_is_refused_before_it_is_written_out(box: str) -> None:
    body = decision_xml(literal_xml("1"), name="d0")
    for number in range(1, 41):
        needs = f'<informationRequirement><requiredDecision href="#d{number - 1}"/></informationRequirement>'
        before = f"d{number - 1}"
        expression = box.format(literal_xml(before), f"<text>{before}</text>")
        body += decision_xml(expression, name=f"d{number}", requires=needs)
    with pytest.raises(BudgetExceeded):
        load(definitions(body)).evaluate("d40", {}).trace_plain()


def test_the_results_so_far_do_not_double_unseen() -> None:
    body = _part("return", "partial")
    with pytest.raises(BudgetExceeded):
        _value(f'<for iteratorVariable="e">{_part("in", "[1..40]")}{body}</for>')


def test_a_budget_is_shared_by_all_decisions_of_an_evaluation() -> None:
    body = decision_xml(literal_xml("sum(for i in 1..900 return i)"), name="A")
    needs = '<informationRequirement><requiredDecision href="#A"/></informationRequirement>'
    decisions = load(definitions(body + decision_xml(literal_xml("A + sum(for i in 1..900 return i)"), requires=needs)))
    assert decisions.evaluate("D", {}).value == 810_900
    with pytest.raises(BudgetExceeded):
        decisions.evaluate("D", {}, budget=Budget(items=1_500))


def _service(outputs: str = '<outputDecision href="#D"/>') -> Decisions:
    body = (
        '<inputData id="x" name="x"><variable name="x" typeRef="number"/></inputData>'
        + decision_xml(literal_xml("1000"), name="base")
        + decision_xml(
            literal_xml("base + x"),
            requires='<informationRequirement><requiredDecision href="#base"/></informationRequirement>'
            '<informationRequirement><requiredInput href="#x"/></informationRequirement>',
        )
        + f'<decisionService id="S" name="S"><variable name="S"/>{outputs}<inputDecision href="#base"/>'
        '<inputData href="#x"/></decisionService>'
        + decision_xml(
            literal_xml("S(1, 2) + base"),
            name="caller",
            requires='<informationRequirement><requiredDecision href="#base"/></informationRequirement>'
            '<knowledgeRequirement><requiredKnowledge href="#S"/></knowledgeRequirement>',
        )
    )
    return load(definitions(body))


def test_a_service_takes_its_input_decisions_from_outside_and_keeps_them_inside() -> None:
    decisions = _service()
    assert decisions.evaluate("S", {"x": 1, "base": 5}).value == 6
    assert decisions.evaluate("caller", {"x": 7}).value == 1003
    assert decisions.evaluate("D", {"x": 1}).value == 1001


def test_a_service_with_two_outputs_gives_a_context() -> None:
    decisions = _service('<outputDecision href="#D"/><outputDecision href="#base"/>')
    assert decisions.evaluate("S", {"x": 1, "base": 5}).plain() == {"D": 6, "base": 5}


def _importing(name: str) -> Decisions:
    other = definitions(
        '<itemDefinition name="tAge"><typeRef>number</typeRef></itemDefinition>'
        '<inputData id="age" name="age"><variable name="age" typeRef="tAge"/></inputData>'
        + decision_xml(
            literal_xml("age >= 18"),
            name="adult",
            requires='<informationRequirement><requiredInput href="#age"/></informationRequirement>',
        ),
        namespace="urn:other",
    )
    path = f"{name}." if name else ""
    main = definitions(
        f'<import name="{name}" namespace="urn:other" importType="{KIND}"/>'
        + decision_xml(
            literal_xml(f'if {path}adult then "yes" else "no"'),
            requires='<informationRequirement><requiredDecision href="urn:other#adult"/></informationRequirement>',
        )
    )
    if not name:
        return load(main, imports={"bundle/broken.dmn": b"<", "bundle/main.dmn": main, "bundle/other.dmn": other})
    return load(main, imports=lambda namespace: other if namespace == "urn:other" else None)


@pytest.mark.parametrize("name", ["people", "our people", ""])
def test_an_imported_decision_is_seen_under_the_name_of_the_import(name: str) -> None:
    decisions = _importing(name)
    assert decisions.evaluate("D", {name: {"age": 20}} if name else {"age": 20}).value == "yes"
    assert decisions.evaluate("D", {"{urn:other}age": 3}).value == "no"


TYPES = (
    '<itemDefinition name="tAge"><typeRef>number</typeRef>'
    "<allowedValues><text>[0..150]</text></allowedValues></itemDefinition>"
    '<itemDefinition name="tAges" isCollection="true"><typeRef>tAge</typeRef></itemDefinition>'
    '<itemDefinition name="tNode"><itemComponent name="value"><typeRef>number</typeRef></itemComponent>'
    '<itemComponent name="children" isCollection="true"><typeRef>tNode</typeRef></itemComponent></itemDefinition>'
)


@pytest.mark.parametrize(
    ("type_ref", "given", "expected"),
    [
        ("tAge", 20, 20),
        ("tAge", 200, None),
        ("tAge", "20", None),
        ("tAge", [20], 20),
        ("tAge", [[20]], None),
        ("tAges", 20, [20]),
        ("tAges", [20, 30], [20, 30]),
        ("tAges", [20, 300], None),
        (
            "tNode",
            {"value": 1, "children": [{"value": 2, "children": []}]},
            {"value": 1, "children": [{"value": 2, "children": []}]},
        ),
        ("tNode", {"value": 1, "children": [{"value": "x", "children": []}]}, None),
        ("tNode", {"value": 1}, None),
        ("string", None, None),
        ("Any", True, True),
    ],
)
def test_values_are_converted_as_the_standard_says_or_become_null(
    type_ref: str, given: object, expected: object
) -> None:
    body = TYPES + decision_xml(literal_xml("x"), type_ref=type_ref)
    result = load(definitions(body)).evaluate("D", {"x": given})
    assert result.plain() == expected
    assert bool(result.diagnostics) is (expected is None and given is not None)


def test_a_date_becomes_midnight_utc_where_a_date_and_time_is_wanted() -> None:
    result = load(definitions(decision_xml(literal_xml('date("2026-01-31")'), type_ref="dateTime"))).evaluate("D", {})
    assert result.plain() == "2026-01-31T00:00:00Z"


def test_instance_of_knows_the_types_of_the_file_by_structure() -> None:
    for text, expected in (
        ("200 instance of tAge", True),
        ('"x" instance of tAge', False),
        ("[1] instance of tAges", True),
    ):
        assert load(definitions(TYPES + decision_xml(literal_xml(text)))).evaluate("D", {}).value is expected


def test_added_functions_are_seen_by_cells_and_expressions() -> None:
    functions = Functions({"double": Function(lambda value: value * 2, ("value",))})
    assert literal("double(x)").evaluate("D", {"x": 4}, functions=functions).value == Decimal(8)


def test_a_context_that_is_no_data_is_refused() -> None:
    with pytest.raises(FeelError):
        literal("x").evaluate("D", {"x": object()})
