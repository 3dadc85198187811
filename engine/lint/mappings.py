"""Rules about variable mappings: they stand where they are carried out, and set each variable once."""

from collections import Counter
from collections.abc import Iterator

from engine.findings import Finding
from engine.lint.bundle import Bundle
from engine.lint.structure import error
from engine.spiff.model import Node

_NO_INPUTS = frozenset({"startEvent", "boundaryEvent"})
_NO_OUTPUTS = frozenset({"error", "terminate", "cancel"})
_HINT = ("移到相邻的任务或事件上", "Put it onto a task or event beside it")


def placed(bundle: Bundle) -> Iterator[Finding]:
    """Inputs are for what has variables of its own, outputs for what goes on afterwards; a link has neither."""
    for _, node in bundle.diagram.walk():
        for side, lines in (("输入", node.inputs), ("输出", node.outputs)):
            if lines and not _carried_out(node, side == "输入"):
                said = "input" if side == "输入" else "output"
                zh, en = f"此处的{side}映射不会执行", f"An {said} mapping is not carried out here"
                yield error(node.id, "not_executed", zh, en, *_HINT)


def _carried_out(node: Node, inputs: bool) -> bool:
    event = node.event.kind if node.event is not None else ""
    if event == "link":
        return False
    return node.kind not in _NO_INPUTS if inputs else not (node.kind == "endEvent" and event in _NO_OUTPUTS)


def targets(bundle: Bundle) -> Iterator[Finding]:
    """No variable is set twice by one element's mappings: the first value would be lost."""
    for _, node in bundle.diagram.walk():
        for lines in (node.inputs, node.outputs):
            count = Counter(line.target.strip() for line in lines)
            for target in sorted(each for each, times in count.items() if each and times > 1):
                zh, en = f"映射两次写入 {target}", f"Two mappings set {target}"
                yield error(node.id, "said_twice", zh, en)
