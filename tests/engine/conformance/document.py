"""Writes docs/bpmn.md from the rows: `python -m tests.engine.conformance.document`; a test keeps it true."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.engine.conformance.activities import ACTIVITIES, DRAWN, GATEWAYS
from tests.engine.conformance.events import EVENTS
from tests.engine.conformance.row import Row
from tests.engine.conformance.traps import TRAPS

FILE = Path(__file__).resolve().parents[3] / "docs" / "bpmn.md"
SECTIONS = {
    "活动 · Activities": ACTIVITIES,
    "网关与连线 · Gateways and flows": GATEWAYS,
    "事件 · Events": EVENTS,
    "图中其他内容 · What else is drawn": DRAWN,
}
INTRO = """# BPMN 2.0：执行什么，拒绝什么 · What is executed, what is refused

本文由测试生成（`python -m tests.engine.conformance.document`）。每一行是一个很小的流程图：
“执行”表示测试真正运行了它并核对了结果；“拒绝”表示发布检查以该代码和说明拒绝它。被拒绝的图仍可作为草稿打开和保存，内容不变。

Written by tests. Every row is a tiny diagram: “executes” means that the test really played it and checked the outcome,
“refused” that the publish gate refuses it with that code and reason. A refused diagram can still be opened and kept as
a draft, unchanged.

“过程”一栏 · the column “story”:

- `[A B]` 恰好打开这些用户任务 · exactly these user tasks are open; `A!` 完成 A · A is completed
- `+1h` 时间经过 · time passes; `m:…` `s:…` 消息或信号到来 · a message or signal comes
- `told:…` 已向外承诺 · promised to others; `end` 流程结束 · the process has ended"""
TRAPS_TITLE = """## 所用程序库会悄悄出错之处 · What the underlying library gets silently wrong

左栏是程序库的行为，其后是本引擎的结果。
The first column says what the library does; the rest is what happens here."""
_MOST = 160


def every_row() -> list[Row]:
    """All rows, those of the traps among them."""
    return [row for rows in SECTIONS.values() for row in rows] + [row for trap in TRAPS for row in trap.rows]


def document() -> str:
    """The whole document."""
    return "\n\n".join(_parts()) + "\n"


def _parts() -> Iterator[str]:
    rows = [row for rows in SECTIONS.values() for row in rows]
    refused = sum(bool(row.code) for row in rows)
    yield INTRO
    executed = len(rows) - refused
    chinese = f"{len(rows)} 种构造：{executed} 种执行，{refused} 种拒绝。"
    yield f"{chinese}\n{len(rows)} constructs: {executed} execute, {refused} are refused."
    for title, found in SECTIONS.items():
        yield f"## {title}"
        yield _table(("构造", "construct", "结果 · outcome", "过程或原因 · story or reason"), map(_cells, found))
    yield TRAPS_TITLE
    lines = ((f"{trap.zh}<br>{trap.en}", *_cells(row)[0:4]) for trap in TRAPS for row in trap.rows)
    yield _table(
        ("程序库 · library", "构造", "construct", "结果 · outcome", "过程或原因 · story or reason"), _once(lines)
    )


def _cells(row: Row) -> tuple[str, ...]:
    if not row.code:
        story = row.story if len(row.story) <= _MOST else row.story[:_MOST].rsplit(" ", 1)[0] + " …"
        return row.zh, row.en, "执行 · executes", f"`{story}`"
    reason = row.refusal()
    return row.zh, row.en, "拒绝 · refused", f"`{reason.code}` {reason.message_zh} · {reason.message_en}"


def _once(lines: Iterable[tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    """The first cell only where it changes."""
    last = ""
    for first, *rest in lines:
        yield ("" if first == last else first, *rest)
        last = first


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [heads, ("---",) * len(heads), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


if __name__ == "__main__":
    FILE.write_text(document(), encoding="utf-8")
