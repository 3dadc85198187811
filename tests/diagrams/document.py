"""Writes docs/processes.*.md from the shipped bundles: `python -m tests.diagrams.document`; a test keeps them true."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

from lxml import etree

from engine import bundles, dmn
from engine.spiff.model import Node
from engine.spiff.read import read

ROOT = Path(__file__).resolve().parents[2]
ORDER = ("complaint", "investigation", "legal-review", "mediation", "recall")
TEXTS = {
    "zh": {
        "title": "# 随附的流程",
        "intro": "本文由流程包生成（`python -m tests.diagrams.document`）。"
        "流程、决策和表单都可以在流程编辑器中修改；改后发布的是新版本。",
        "steps": ("步骤", "部门", "表单", "时限", "说明"),
        "rules": ("决策", "结果变量", "命中策略", "输入"),
        "work": ("自动步骤", "功能", "说明"),
        "people": "### 由人办理",
        "decisions": "### 由决策表决定",
        "automatic": "### 自动完成",
        "limits": '时限列是时限表中的代码：表达式 `=deadline("代码")` 给出到期时刻，'
        "逾期时任务上的定时事件触发“逐级升级”。",
        "conventions": "节点的英文名写在扩展属性 `redress:name-en`，部门写在泳道的 `redress:department`；"
        "表单的英文写在组件 "
        "`properties` 的 `label-en`、`description-en`、`text-en`，选项的英文写在选项的 `label-en`。",
    },
    "en": {
        "title": "# The processes that ship",
        "intro": "Written from the bundles (`python -m tests.diagrams.document`). Diagrams, decisions and forms can be "
        "changed in the studio; what is published then is a new version.",
        "steps": ("Step", "Department", "Form", "Deadline", "Meaning"),
        "rules": ("Decision", "Result variable", "Hit policy", "Inputs"),
        "work": ("Automatic step", "Function", "Meaning"),
        "people": "### Done by people",
        "decisions": "### Decided by tables",
        "automatic": "### Done by the system",
        "limits": 'The column deadline holds a code of the deadline table: `=deadline("code")` gives the moment; '
        "when it has passed, the timer on the task fires an escalation.",
        "conventions": "English names stand in the property `redress:name-en`, departments in `redress:department` "
        "of the lane; a form carries its English in `label-en`, `description-en`, `text-en` of a component's "
        "`properties`, and `label-en` of an option.",
    },
}


def document(language: str) -> str:
    """The whole document in `zh` or `en`."""
    words = TEXTS[language]
    parts = [str(words["title"]), str(words["intro"]), str(words["limits"]), str(words["conventions"])]
    for key in ORDER:
        parts += _bundle(ROOT / "diagrams" / key, language)
    return "\n\n".join(parts) + "\n"


def _bundle(folder: Path, language: str) -> Iterator[str]:
    words, files = TEXTS[language], bundles.load_folder(folder)
    facts = json.loads(files["bundle.json"])
    picture = f"pictures/{folder.name}{'.en' if language == 'en' else ''}.svg"
    yield f"## {facts['name'][language]} (`{facts['key']}`)"
    yield f"{facts['description'][language]}\n\n![{facts['name'][language]}]({picture})"
    meanings = _meanings(files[f"{folder.name}.bpmn"], language)
    nodes = [node for _, node in read(files)[0].walk()]

    def name(node: Node) -> str:
        return (node.name_en if language == "en" else node.name_zh) or node.id

    people = [
        (
            name(one),
            one.lane or "",
            f"`{one.work.form_id}`",
            f"`{one.properties.get('redress:policy', '')}`",
            meanings[one.id],
        )
        for one in nodes
        if one.kind == "userTask"
    ]
    yield f"{words['people']}\n\n{_table(words['steps'], people)}"
    rules = [_rule(one, files) for one in nodes if one.kind == "businessRuleTask"]
    if rules:
        yield f"{words['decisions']}\n\n{_table(words['rules'], rules)}"
    work = [(name(one), f"`{one.function}`", meanings[one.id]) for one in nodes if one.kind == "serviceTask"]
    if work:
        yield f"{words['automatic']}\n\n{_table(words['work'], work)}"


def _department(lane: str, language: str) -> str:
    """The lane's department in the language of the document."""
    with (ROOT / "workflows/data/departments.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if lane in {row["name_zh"], *row["aliases"].split("|")}:
                return row[f"name_{language}"]
    return lane


def _rule(node: Node, files: dict[str, bytes]) -> tuple[str, ...]:
    for content in (files[path] for path in sorted(files) if path.endswith(".dmn")):
        for one in dmn.load(content).decisions:
            if one.id == node.decision:
                inputs = ", ".join(f"`{data.name}`" for data in one.inputs)
                return f"{one.name} (`{one.id}`)", f"`{node.result}`", one.hit_policy or "", inputs
    raise LookupError(node.decision)


def _meanings(xml: bytes, language: str) -> dict[str, str]:
    """What the documentation of each element says."""
    found: dict[str, str] = {}
    for element in etree.fromstring(xml).iter("{*}userTask", "{*}serviceTask"):
        chinese = element.findtext("{*}documentation") or ""
        english = next(
            (
                each.get("value", "")
                for each in element.iter("{http://camunda.org/schema/zeebe/1.0}property")
                if each.get("name") == "redress:documentation-en"
            ),
            "",
        )
        found[element.get("id", "")] = english if language == "en" else chinese
    return found


def _table(heads: object, rows: list[tuple[str, ...]]) -> str:
    titles = tuple(heads) if isinstance(heads, tuple) else ()
    lines = [titles, ("---",) * len(titles), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main() -> None:
    """Write both documents."""
    (ROOT / "docs/processes.zh-CN.md").write_text(document("zh"), encoding="utf-8")
    (ROOT / "docs/processes.en.md").write_text(document("en"), encoding="utf-8")


if __name__ == "__main__":
    main()
