"""Two bundles -> the list of changes, each with a plain sentence in both languages."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from engine.bundles import require_drawable
from engine.differ.facts import Element, elements

_SORTS = {
    "node": ("节点", "element"),
    "flow": ("连线", "flow"),
    "lane": ("泳道", "lane"),
    "decision": ("决策", "decision"),
    "rule": ("规则", "rule"),
    "column": ("列", "column"),
    "field": ("表单字段", "form field"),
    "file": ("文件", "file"),
}
_FIELDS = {
    "name_zh": ("中文名称", "Chinese name"),
    "name_en": ("英文名称", "English name"),
    "kind": ("类型", "type"),
    "lane": ("部门", "department"),
    "default": ("默认连线", "default flow"),
    "event.value": ("时限", "time limit"),
    "event.timer": ("定时种类", "kind of timer"),
    "event.kind": ("事件种类", "kind of event"),
    "event.name": ("消息或信号", "message or signal"),
    "event.correlation": ("关联键", "correlation key"),
    "work.form_id": ("表单", "form"),
    "work.assignee": ("办理人", "assignee"),
    "work.groups": ("候选部门", "candidate departments"),
    "work.users": ("候选人", "candidates"),
    "work.due": ("到期", "due date"),
    "work.follow_up": ("跟进日期", "follow-up date"),
    "work.priority": ("优先级", "priority"),
    "function": ("自动功能", "function"),
    "decision": ("决策", "decision"),
    "called": ("被调用流程", "called process"),
    "script": ("脚本", "script"),
    "result": ("结果变量", "result variable"),
    "condition": ("条件", "condition"),
    "source": ("起点", "start"),
    "target": ("终点", "target"),
    "name": ("名称", "name"),
    "label": ("标签", "label"),
    "validate.required": ("必填", "required"),
    "hit policy": ("命中策略", "hit policy"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """One difference.

    kind: `added removed changed moved`; sort, element, where: as in `facts.Element`; field, old, new: of a `changed`
    one, as written in the files; zh, en: the plain sentence.
    """

    kind: str
    sort: str
    element: str
    where: str
    zh: str
    en: str
    field: str = ""
    old: str = ""
    new: str = ""

    def as_json(self) -> dict[str, Any]:
        """The change as a JSON object."""
        return asdict(self)


def diff(old: Mapping[str, bytes], new: Mapping[str, bytes]) -> list[Change]:
    """All changes from `old` to `new` (path -> content): removed, added, changed, then moved ones, each in file order.

    A column or field which only changed its place in the file is no change. Equal bundles give an empty list. Raises
    Invalid where more is drawn than could be published.
    """
    require_drawable(old, new)
    before, after = elements(old), elements(new)
    changes = [_whole("removed", element) for key, element in before.items() if key not in after]
    changes += [_whole("added", element) for key, element in after.items() if key not in before]
    both = [(before[key], after[key]) for key in before if key in after]
    for was, is_now in both:
        changes += _changed(was, is_now)
    changes += [
        _whole("moved", is_now) for was, is_now in both if was.place and is_now.place and was.place != is_now.place
    ]
    return changes


def _whole(kind: str, element: Element) -> Change:
    zh, en = _SORTS[element.sort]
    verb_zh = {"added": "新增", "removed": "删除", "moved": "移动"}[kind]
    return Change(
        kind,
        element.sort,
        element.id,
        element.where,
        f"{verb_zh}{zh}「{element.name_zh}」",
        f"{en} “{element.name_en}” {kind}",
    )


def _changed(was: Element, is_now: Element) -> Iterator[Change]:
    for name in dict.fromkeys([*was.facts, *is_now.facts]):
        if name == "properties.redress:name-en":  # told as the English name
            continue
        old, new = was.facts.get(name, ""), is_now.facts.get(name, "")
        if old == new:
            continue
        zh, en = _FIELDS.get(name, (name, name))
        yield Change(
            "changed",
            is_now.sort,
            is_now.id,
            is_now.where,
            f"「{is_now.name_zh}」的{zh}：{_shown(old, '空')} → {_shown(new, '空')}",
            f"“{is_now.name_en}”: {en} {_shown(old, 'empty')} → {_shown(new, 'empty')}",
            name,
            old,
            new,
        )


def _shown(text: str, empty: str) -> str:
    if not text:
        return empty
    return text if len(text) <= 120 else f"{text[:117]}…"
