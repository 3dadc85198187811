"""Process data in words: names and values as the forms and decision tables of a bundle call them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy.orm import Session

from engine import definitions
from engine.errors import Invalid
from engine.xml import parse
from web.i18n import say
from web.pages.formtext import in_language, keyed, label_of
from web.pages.words import CODES, department_names, label, value_text

_NAMES: Final[Mapping[str, tuple[str, str]]] = {
    "accept_outcome": ("受理结论", "Outcome of acceptance"),
    "amount_claimed": ("主张金额", "Amount claimed"),
    "amount_offered": ("提供金额", "Amount offered"),
    "approval_levels": ("审批层级", "Approval levels"),
    "approval_outcome": ("审批结论", "Approval"),
    "case_id": ("案件（内部标识）", "Case (internal id)"),
    "channel": ("渠道", "Channel"),
    "confidence": ("分类把握", "Confidence of the classification"),
    "departments": ("核查部门", "Verifying departments"),
    "fast_path": ("快速通道", "Fast path"),
    "lead_department": ("牵头部门", "Leading department"),
    "legal_outcome": ("法务意见", "Legal opinion"),
    "needs_legal": ("须法务审核", "Legal review needed"),
    "outcome": ("处理结果", "Outcome"),
    "plan_changed": ("方案有改动", "Plan changed"),
    "reopened": ("重新办理", "Reopened"),
    "risk": ("风险等级", "Risk"),
    "rounds": ("协商轮次", "Rounds of talks"),
    "routing": ("责任部门", "Departments in charge"),
    "systemic": ("系统性风险", "Systemic risk"),
    "urgency": ("时限类别", "Class of deadlines"),
    "vip": ("VIP 客户", "VIP customer"),
}
"""What the domain calls its own process data (ARCHITECTURE, contracts); other data as its form or table calls it."""
_DEPARTMENTS: Final = frozenset({"lead_department", "departments", "department"})
_ROLES: Final = frozenset({"approval_levels", "approval_level", "level"})
_AMOUNTS: Final = frozenset({"amount_claimed", "amount_offered", "amount"})


@dataclass(frozen=True, slots=True)
class Terms:
    """names: of process data; values: name -> code -> text; departments: code -> name. All in the reader's language."""

    names: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    departments: Mapping[str, str] = field(default_factory=dict)

    def name(self, key: str) -> str:
        """What a piece of process data is called; without a name its key."""
        return say(*_NAMES[key]) if key in _NAMES else self.names.get(key, key)

    def text(self, key: str, value: Any) -> str:
        """A value of this piece of process data."""
        if isinstance(value, list):
            return say("、", ", ").join(self.text(key, one) for one in value) or "–"
        if isinstance(value, dict):
            told = (f"{self.name(name)}{say('：', ': ')}{self.text(name, below)}" for name, below in value.items())
            return say("；", "; ").join(told) or "–"
        if isinstance(value, bool) or value is None:
            return value_text(value)
        code = str(value)
        if code in self.values.get(key, {}):
            return self.values[key][code]
        if key in _DEPARTMENTS:
            return self.departments.get(code, code)
        if key in _AMOUNTS and isinstance(value, int | float):
            return f"¥{value:,.2f}"
        return label("role" if key in _ROLES else key, code) if key in CODES or key in _ROLES else value_text(value)

    def decided(self, variable: str, result: Any) -> str:
        """What a decision gave: each value with its name."""
        return self.text(variable, result if isinstance(result, dict) or not variable else {variable: result})


def terms(session: Session, definition_id: UUID) -> Terms:
    """The words of a process and of those it calls; its own come first."""
    names: dict[str, str] = {}
    values: dict[str, dict[str, str]] = {}
    ahead = [definitions.compiled_by_id(session, definition_id)]
    while ahead:
        compiled = ahead.pop(0)
        for key, text in _columns(compiled.files):
            names.setdefault(key, text)
        for content in compiled.forms.values():
            for one in keyed(in_language(_json(content))):
                key = str(one["key"])
                if text := label_of(one):
                    names.setdefault(key, text)
                for option in one.get("values") or ():
                    if isinstance(option, Mapping):
                        values.setdefault(key, {}).setdefault(str(option.get("value")), str(option.get("label")))
        ahead += compiled.called.values()
    return Terms(names, values, department_names(session))


def _json(content: bytes) -> dict[str, Any]:
    found = orjson.loads(content)
    return found if isinstance(found, dict) else {}


def _columns(files: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    """Names of the results of decision tables: a label in two languages is written `中文 / English`."""
    for path in sorted(files):
        if not path.lower().endswith(".dmn"):
            continue
        try:
            root = parse(files[path])
        except Invalid:
            continue
        for one in root.iter("{*}output"):
            name, text = one.get("name") or "", (one.get("label") or "").split(" / ")
            if name and text[0]:
                yield name, _side(text)


def _side(texts: Iterable[str]) -> str:
    first, *rest = texts
    return say(first.strip(), rest[-1].strip() if rest else first.strip())
