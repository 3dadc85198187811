"""Rules about names which are not a diagram's to give: nobody writes `case`, nor what no expression can read."""

from collections.abc import Iterator

from engine.feel import FeelError, compile_expression
from engine.findings import Finding
from engine.lint import scopes
from engine.lint.bundle import Bundle
from engine.lint.structure import error
from engine.spiff.environment import CASE
from engine.spiff.model import Node


def case(bundle: Bundle) -> Iterator[Finding]:
    """No element and no form field writes what the domain says of the case."""
    read_forms = scopes.loaded_forms(bundle)
    for _, node in bundle.diagram.walk():
        written = set(_written(node))
        form = read_forms.get(node.work.form_id or "")
        if form is not None:
            written |= scopes.fields_of(form)
        if CASE in written:
            zh, en = (
                "`case` 是只读的案件数据，不能作为变量名",
                "`case` is what the domain says of the case; nobody writes it",
            )
            hint = "改用另一个名称", "Use another name"
            yield error(node.id, "reserved_name", zh, en, *hint)


def _written(node: Node) -> Iterator[str]:
    """Variables an element sets, for itself or for all."""
    yield from (line.target.partition(".")[0].strip() for line in (*node.inputs, *node.outputs))
    if node.result:
        yield node.result.partition(".")[0]
    if node.loop is not None:
        yield node.loop.element or ""
        yield node.loop.output_collection or ""


def readable(bundle: Bundle) -> Iterator[Finding]:
    """A variable has a name by which an expression can ask for it (DMN 1.5, 10.3.1.2)."""
    for _, node in bundle.diagram.walk():
        loop = node.loop
        named = {node.result} if node.script is not None or node.decision is not None else set()
        named |= {loop.element, loop.output_collection} if loop is not None else set()
        named |= {line.target for line in (*node.inputs, *node.outputs) if line.target.strip().startswith("=")}
        for name in sorted(each for each in named if each and not _is_name(each)):
            bundle.effort.spend()
            zh, en = f"表达式读不到名为 {name} 的变量", f"No expression can read a variable named {name}"
            yield error(node.id, "unreadable_name", zh, en)


def _is_name(name: str) -> bool:
    try:
        return not name.startswith("=") and compile_expression(name).names == {name}
    except FeelError:
        return False
