"""Lists taken out of the house as CSV or XLSX: exactly what the list shows, bounded, masked, recorded.

A spreadsheet runs what looks like a formula, so texts which begin like one are written as text (OWASP, CSV injection).
CSV is UTF-8 with a byte order mark, because spreadsheets of Chinese offices take anything else for GBK.
"""

import csv
import io
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import IO, Any, Final, Literal, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.models import ProcessDefinition
from workflows import boxes, cases, parties, searching
from workflows.authorisation import TaskInCase
from workflows.boxes import Box
from workflows.models import Case, Category, Export, Person
from workflows.searching import Found

Format = Literal["csv", "xlsx"]
Row = TypeVar("Row")
MOST_ROWS: Final = 100_000
"""Longer lists are cut; `Written.cut` says so."""
_PAGE: Final = 1000
_MEMORY: Final = 4 * 1024 * 1024
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_LONGEST: Final = 32_767
"""Characters a cell of a spreadsheet can hold."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column. value: what stands in it for a row; codes: the group of codes its values belong to, or none."""

    name: str
    zh: str
    en: str
    value: Callable[[Any], Any]
    codes: str = ""
    usual: bool = True


@dataclass(frozen=True, slots=True)
class Manner:
    """How a file reads.

    kind: which file it is; say: one of two languages; word: text of a code of a group; department: name of a code.
    """

    kind: Format
    say: Callable[[str, str], str]
    word: Callable[[str, object], str]
    department: Callable[[str | None], str]
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Written:
    """A finished file at its beginning (whoever takes it closes it), its number of rows, whether there were more."""

    file: IO[bytes]
    rows: int
    cut: bool


def _field(name: str) -> Callable[[Any], Any]:
    return lambda row: getattr(row, name)


def _money(name: str) -> Callable[[Case], float | None]:
    return lambda case: cases.yuan(getattr(case, name))


def _party(name: str) -> Callable[[Case], str]:
    return lambda case: str(parties.masked(case.party)[name])


CASES: Final[tuple[Column, ...]] = (
    Column("number", "受理编号", "Number", _field("number")),
    Column("status", "状态", "Status", _field("status"), "status"),
    Column("received_at", "受理时间", "Received", _field("received_at")),
    Column("promised_at", "承诺时间", "Promised", _field("promised_at")),
    Column("closed_at", "结案时间", "Closed", _field("closed_at")),
    Column("channel", "渠道", "Channel", _field("channel"), "channel"),
    Column("source", "来源", "Source", _field("source"), "source", usual=False),
    Column("nature", "性质", "Nature", _field("nature"), "nature"),
    Column("issue", "问题", "Issue", _field("issue"), "issue"),
    Column("risk", "风险", "Risk", _field("risk"), "risk"),
    Column("severity", "严重程度", "Severity", _field("severity"), "severity", usual=False),
    Column("impact", "影响范围", "Impact", _field("impact"), "impact", usual=False),
    Column("summary", "摘要", "Summary", _field("summary")),
    Column("product", "产品", "Product", _field("product")),
    Column("order_no", "订单号", "Order", _field("order_no"), usual=False),
    Column("batch_no", "批次号", "Batch", _field("batch_no"), usual=False),
    Column("branch", "网点", "Branch", _field("branch"), usual=False),
    Column("region", "地区", "Region", _field("region"), usual=False),
    Column("complainant", "投诉人（脱敏）", "Complainant (masked)", _party("name")),
    Column("phone", "电话（脱敏）", "Phone (masked)", _party("phone"), usual=False),
    Column("tier", "客户等级", "Tier", _party("tier"), "tier", usual=False),
    Column("owner", "负责人", "Owner", _field("owner"), "person"),
    Column("amount_claimed", "索赔金额", "Amount claimed", _money("amount_claimed")),
    Column("amount_offered", "赔付金额", "Amount offered", _money("amount_offered"), usual=False),
    Column("currency", "币种", "Currency", _field("currency"), usual=False),
    Column("cause", "原因", "Cause", _field("cause"), "cause", usual=False),
    Column("upheld", "是否成立", "Upheld", _field("upheld"), "upheld", usual=False),
    Column("remedy", "补救措施", "Remedy", _field("remedy"), "remedy", usual=False),
    Column("outcome", "处理结果", "Outcome", _field("outcome"), "outcome"),
    Column("satisfaction", "满意度", "Satisfaction", _field("satisfaction"), "satisfaction"),
    Column("reopened", "重开次数", "Reopened", _field("reopened"), usual=False),
)


def _task(name: str) -> Callable[[TaskInCase], Any]:
    return lambda row: getattr(row.task, name)


def _case(name: str) -> Callable[[TaskInCase], Any]:
    return lambda row: getattr(row.case, name) if row.case is not None else None


TASKS: Final[tuple[Column, ...]] = (
    Column("number", "受理编号", "Number", _case("number")),
    Column("name", "任务", "Task", lambda row: (row.task.name_zh, row.task.name_en), "pair"),
    Column("department", "部门", "Department", _task("department"), "department"),
    Column("assignee", "办理人", "Person", _task("assignee"), "person"),
    Column("due_at", "期限", "Due", _task("due_at")),
    Column("created_at", "产生时间", "Opened", _task("created_at")),
    Column("completed_at", "办结时间", "Completed", _task("completed_at"), usual=False),
    Column("completed_by", "办结人", "Completed by", _task("completed_by"), "person", usual=False),
    Column("urged", "催办次数", "Urged", _task("urged")),
    Column("summary", "摘要", "Summary", _case("summary")),
    Column("channel", "渠道", "Channel", _case("channel"), "channel"),
    Column("risk", "风险", "Risk", _case("risk"), "risk"),
    Column("element", "步骤编码", "Step code", _task("element_id"), usual=False),
)


def _running(name: str) -> Callable[[Found], Any]:
    return lambda row: getattr(row.instance, name)


INSTANCES: Final[tuple[Column, ...]] = (
    Column("number", "受理编号", "Number", _running("business_key")),
    Column("process", "流程", "Process", lambda row: _pair(row.instance.definition), "pair"),
    Column("version", "版本", "Version", lambda row: row.instance.definition.version),
    Column("status", "状态", "Status", _running("status"), "status"),
    Column("started_at", "开始时间", "Started", _running("started_at")),
    Column("ended_at", "结束时间", "Ended", _running("ended_at")),
    Column("waiting", "在办任务", "Open tasks", lambda row: row.waiting, "pairs"),
    Column("incidents", "异常", "Incidents", lambda row: row.incidents),
    Column("summary", "摘要", "Summary", lambda row: row.case.summary if row.case else None),
    Column("risk", "风险", "Risk", lambda row: row.case.risk if row.case else None, "risk", usual=False),
    Column("id", "实例编码", "Instance id", _running("id"), usual=False),
)


def _pair(named: ProcessDefinition) -> tuple[str, str]:
    return named.name_zh, named.name_en


COLUMNS: Final[Mapping[str, tuple[Column, ...]]] = {"cases": CASES, "tasks": TASKS, "instances": INSTANCES}


def write_cases(
    session: Session, person: Person, filters: cases.Filters, columns: Sequence[str], manner: Manner
) -> Written:
    """The cases this person may see, filtered and ordered as in the list; recorded.

    columns: names of `CASES`, none = the usual ones.
    """

    def page(last: Case | None) -> list[Case]:
        after = None if last is None else (last.received_at, last.id)
        return cases.listing(session, person, filters, after, _PAGE)

    rows = _all(session, page)
    return _write(session, person, "cases", filters, chosen("cases", columns), rows, manner)


def write_tasks(
    session: Session,
    person: Person,
    box: Box,
    filters: boxes.Filters,
    columns: Sequence[str],
    manner: Manner,
) -> Written:
    """The user tasks of a box of this person, filtered and ordered as in the list; recorded. columns: of `TASKS`."""

    def page(last: TaskInCase | None) -> list[TaskInCase]:
        after = None if last is None else boxes.position(box, "due", last)
        return boxes.inbox(session, person, box, filters, after, _PAGE)

    rows = _all(session, page)
    return _write(session, person, "tasks", filters, chosen("tasks", columns), rows, manner, box=box)


def write_instances(
    session: Session, person: Person, wanted: searching.Wanted, columns: Sequence[str], manner: Manner
) -> Written:
    """The instances this person finds, filtered and ordered as in the search; recorded. columns: of `INSTANCES`."""

    def page(last: Found | None) -> list[Found]:
        return searching.find(session, person, wanted, last.instance.id if last else None, _PAGE)

    return _write(session, person, "instances", wanted, chosen("instances", columns), _all(session, page), manner)


def chosen(what: str, names: Sequence[str]) -> list[Column]:
    """The columns of these names, in the order wanted; the usual ones where none is named.

    Raises KeyError for a name which is no column.
    """
    known = {column.name: column for column in COLUMNS[what]}
    return [known[name] for name in dict.fromkeys(names)] or [one for one in COLUMNS[what] if one.usual]


def _all(session: Session, page: Callable[[Row | None], list[Row]]) -> Iterator[Row]:
    last: Row | None = None
    while found := page(last):
        yield from found
        last = found[-1]
        session.expunge_all()  # a hundred thousand rows need not stay in memory
        if len(found) < _PAGE:
            return


def _write(
    session: Session,
    person: Person,
    what: str,
    filters: cases.Filters | boxes.Filters | searching.Wanted,
    columns: list[Column],
    rows: Iterator[Any],
    manner: Manner,
    **more: str,
) -> Written:
    wanted = {name: value for name, value in asdict(filters).items() if value is not None}
    named = {str(key): manner.say(zh, en) for key, zh, en in _people_and_issues(session)}
    heads = [manner.say(column.zh, column.en) for column in columns]
    count, cut = 0, False

    def lines() -> Iterator[list[Any]]:
        nonlocal count, cut
        for row in rows:
            if count == MOST_ROWS:
                cut = True
                return
            count += 1
            yield [_cell(column, column.value(row), manner, named) for column in columns]

    file = _csv(heads, lines(), manner.zone) if manner.kind == "csv" else _xlsx(heads, lines(), manner.zone)
    session.add(
        Export(
            person_id=person.id,
            what=what,
            format=manner.kind,
            filters={name: _plain(value) for name, value in {**wanted, **more}.items()},
            columns=[column.name for column in columns],
            rows=count,
        )
    )
    session.flush()
    file.seek(0)
    return Written(file, count, cut)


def _people_and_issues(session: Session) -> Iterator[tuple[object, str, str]]:
    """(id or code, Chinese, English) of what a house names by itself."""
    for person, zh, en in session.execute(select(Person.id, Person.name_zh, Person.name_en)):
        yield person, zh, en
    for category, zh, en in session.execute(select(Category.code, Category.name_zh, Category.name_en)):
        yield category, zh, en


def _plain(value: object) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _cell(column: Column, value: Any, manner: Manner, named: Mapping[str, str]) -> Any:
    if value in (None, ""):
        return None
    if column.codes == "pair":
        return safe(manner.say(*value))
    if column.codes == "pairs":
        return safe(manner.say("、", ", ").join(manner.say(*pair) for pair in value)) or None
    if column.codes in ("person", "issue"):
        return safe(named.get(str(value), str(value)))
    if column.codes == "department":
        return safe(manner.department(value))
    if column.codes:
        return safe(manner.word(column.codes, value))
    return safe(value) if isinstance(value, str) else value


def safe(text: str) -> str:
    """`text` as no spreadsheet runs it: what begins like a formula gets an apostrophe, control characters go."""
    kept = "".join(sign for sign in text if sign in "\t\n\r" or sign >= " ")[: _LONGEST - 1]
    return f"'{kept}" if kept.startswith(_FORMULA) or kept.lstrip(" \n\u00a0\u3000").startswith(_FORMULA) else kept


def _csv(heads: list[str], lines: Iterator[list[Any]], zone: ZoneInfo) -> IO[bytes]:
    file: IO[bytes] = tempfile.SpooledTemporaryFile(_MEMORY)  # noqa: SIM115 - whoever sends it closes it
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow(heads)
    for line in lines:
        writer.writerow([_text(value, zone) for value in line])
    text.detach()
    return file


def _text(value: Any, zone: ZoneInfo) -> Any:
    return f"{value.astimezone(zone):%Y-%m-%d %H:%M}" if isinstance(value, datetime) else value


def _xlsx(heads: list[str], lines: Iterator[list[Any]], zone: ZoneInfo) -> IO[bytes]:
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.freeze_panes = "A2"

    def cell(value: Any) -> Any:
        if isinstance(value, datetime):
            made = WriteOnlyCell(sheet, value.astimezone(zone).replace(tzinfo=None))
            made.number_format = "yyyy-mm-dd hh:mm"
            return made
        if isinstance(value, str):
            made = WriteOnlyCell(sheet, value)
            made.data_type = "s"  # never a formula, whatever it looks like
            return made
        return str(value) if isinstance(value, UUID) else value

    sheet.append(heads)
    for line in lines:
        sheet.append([cell(value) for value in line])
    file: IO[bytes] = tempfile.SpooledTemporaryFile(_MEMORY)  # noqa: SIM115 - whoever sends it closes it
    book.save(file)
    return file
