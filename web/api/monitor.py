"""`/monitor` and the exports: what waits where, how long steps take, the period's figures, lists as files."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from flask import Response
from marshmallow import fields, validate
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import layout
from engine.clock import now
from engine.db import transaction
from engine.models import InstanceStatus
from web import cursors
from web.api.base import Blueprint, PageQuery, Schema, nothing, page_of
from web.api.cases import CaseQuery
from web.api.diagrams import diagram_file
from web.api.tasks import TaskQuery
from web.faults import invalid
from web.i18n import say
from web.identity import me
from web.pages.words import department_names, label
from web.settings import settings
from workflows import analytics, boxes, cases, exporting, monitoring, rollup, searching
from workflows.models import Export

blueprint = Blueprint("monitor", __name__, description="What managers watch, and lists as files", url_prefix="/api/v1")
TYPES: Final = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
MOST_DAYS: Final = 3660


class StepOut(Schema):
    """A step of a department with its open tasks."""

    department = fields.String(required=True, allow_none=True)
    key = fields.String(required=True)
    element_id = fields.String(required=True)
    name_zh = fields.String(required=True)
    name_en = fields.String(required=True)
    open = fields.Integer(required=True)
    overdue = fields.Integer(required=True)
    at_risk = fields.Integer(required=True, metadata={"description": "Due within 8 working hours"})
    due_today = fields.Integer(
        required=True, metadata={"description": "Due by the end of this calendar day where the enterprise is, not late"}
    )
    unclaimed = fields.Integer(required=True)


class WatchedProcessOut(Schema):
    """A process with what runs in it."""

    key = fields.String(required=True)
    version = fields.Integer(required=True)
    name_zh = fields.String(required=True)
    name_en = fields.String(required=True)
    instances = fields.Integer(required=True)
    open = fields.Integer(required=True)
    overdue = fields.Integer(required=True)
    incidents = fields.Integer(required=True)


class BoardOut(Schema):
    """All steps with open tasks, most overdue first, and all processes."""

    steps = fields.List(fields.Nested(StepOut), required=True)
    processes = fields.List(fields.Nested(WatchedProcessOut), required=True)


class HeatItem(Schema):
    """A user task's element or a call activity: what waits at it, and how it went. Hours are elapsed hours."""

    element_id = fields.String(required=True)
    open = fields.Integer(required=True)
    overdue = fields.Integer(required=True)
    completed = fields.Integer(required=True)
    median_hours = fields.Float(required=True)
    p90_hours = fields.Float(required=True)
    overdue_share = fields.Float(required=True, metadata={"description": "Of the completed ones, 0 to 1"})
    called = fields.String(
        dump_default="", metadata={"description": "A call activity: key of the called process, whose tasks it counts"}
    )


class HeatOut(Schema):
    """A diagram with the heat of its elements."""

    xml = fields.String(required=True)
    key = fields.String(required=True)
    version = fields.Integer(required=True, metadata={"description": "Of the diagram"})
    elements = fields.List(fields.Nested(HeatItem), required=True)


class HeatQuery(Schema):
    """Which version (default: all, drawn on the newest) and how many days back (default: all)."""

    version = fields.Integer(load_default=nothing, validate=validate.Range(1, 2**31 - 1))
    days = fields.Integer(load_default=nothing, validate=validate.Range(1, MOST_DAYS))


class FiguresOut(Schema):
    """The figures of a period; shares between 0 and 1, null where there is nothing to divide by."""

    received = fields.Integer(required=True)
    closed = fields.Integer(required=True)
    open = fields.Integer(required=True, metadata={"description": "At present"})
    hours = fields.Float(required=True, allow_none=True, metadata={"description": "Average from receipt to closing"})
    in_target = fields.Float(required=True, allow_none=True)
    satisfied = fields.Float(required=True, allow_none=True)


class PeriodQuery(Schema):
    """A period [since, until)."""

    since = fields.AwareDateTime(required=True)
    until = fields.AwareDateTime(required=True)


class SharesQuery(PeriodQuery):
    """A period, and what its cases are counted by."""

    by = fields.String(required=True, validate=validate.OneOf(list(analytics.SHARED)))


class ShareItem(Schema):
    """How many cases have a value."""

    value = fields.String(required=True, allow_none=True)
    count = fields.Integer(required=True)


class SharesOut(Schema):
    """Numbers of cases, most first."""

    items = fields.List(fields.Nested(ShareItem), required=True)


class ExportOut(Schema):
    """Who took which list out of the house."""

    id = fields.UUID(required=True)
    person_id = fields.UUID(required=True)
    what = fields.String(required=True)
    format = fields.String(required=True)
    filters = fields.Dict(required=True)
    columns = fields.List(fields.String(), required=True)
    rows = fields.Integer(required=True)
    at = fields.AwareDateTime(required=True)


def _columns(what: str) -> fields.List[str]:
    names = [column.name for column in exporting.COLUMNS[what]]
    one = fields.String(validate=validate.OneOf(names))
    return fields.List(one, load_default=list, metadata={"description": "Repeat it; none = the usual columns"})


_FORMAT: Final = validate.OneOf(list(TYPES))


class CaseExportQuery(CaseQuery):
    """As the list of cases, with the file's format and columns."""

    class Meta(CaseQuery.Meta):
        """A file has no pages."""

        exclude = ("limit", "after")

    format = fields.String(load_default="csv", validate=_FORMAT)
    columns = _columns("cases")


class TaskExportQuery(TaskQuery):
    """As the list of tasks, with the file's format and columns."""

    class Meta(TaskQuery.Meta):
        """A file has no pages."""

        exclude = ("limit", "after", "sort")

    format = fields.String(load_default="csv", validate=_FORMAT)
    columns = _columns("tasks")


class InstanceExportQuery(Schema):
    """As the search for instances on the monitor, with the file's format and columns."""

    number = fields.String(load_default=nothing, validate=validate.Length(1, 200))
    status = fields.Enum(InstanceStatus, by_value=True, load_default=nothing)
    key = fields.String(load_default=nothing, validate=validate.Length(1, 200))
    version = fields.Integer(load_default=nothing, validate=validate.Range(1, 2**31 - 1))
    person = fields.UUID(load_default=nothing)
    incident = fields.Boolean(load_default=nothing)
    text = fields.String(load_default=nothing, validate=validate.Length(1, 200))
    format = fields.String(load_default="csv", validate=_FORMAT)
    columns = _columns("instances")


@blueprint.get("/monitor/board")
@blueprint.reads(BoardOut)
def board(session: Session) -> dict[str, Any]:
    """Open tasks by department and step, and what runs in each process"""
    steps = monitoring.board(session)
    return {"steps": steps, "processes": monitoring.processes(session, steps)}


@blueprint.get("/monitor/processes/<key>/heat")
@blueprint.reads(HeatOut, query=HeatQuery)
def heat(session: Session, query: dict[str, Any], key: str) -> dict[str, Any]:
    """The diagram of a process with the heat of its steps"""
    shown = monitoring.drawn(session, key, query["version"])
    since = now() - timedelta(days=query["days"]) if query["days"] else None
    found: list[monitoring.Heat] = list(monitoring.heat(session, key, version=query["version"], since=since))
    found += rollup.heat(session, shown, version=query["version"], since=since)
    return {"xml": layout.drawn(diagram_file(shown)).decode(), "key": key, "version": shown.version, "elements": found}


@blueprint.get("/monitor/figures")
@blueprint.reads(FiguresOut, query=PeriodQuery)
def figures(session: Session, query: dict[str, datetime]) -> analytics.Figures:
    """The figures of a period: received, closed, solving time, in target, satisfied"""
    return analytics.figures(session, *_period(query))


@blueprint.get("/monitor/shares")
@blueprint.reads(SharesOut, query=SharesQuery)
def shares(session: Session, query: dict[str, Any]) -> dict[str, Any]:
    """The cases received in a period by channel, nature, issue, risk, outcome, satisfaction or region"""
    found = analytics.shares(session, query["by"], *_period(query))
    return {"items": [{"value": value, "count": count} for value, count in found]}


def _period(query: dict[str, datetime]) -> tuple[datetime, datetime]:
    if query["since"] >= query["until"]:
        raise invalid("?until", "order", "结束时间须晚于开始时间", "The end has to be after the beginning")
    return query["since"], query["until"]


@blueprint.get("/exports")
@blueprint.reads(page_of(ExportOut), query=PageQuery)
def exports(session: Session, query: dict[str, Any]) -> dict[str, Any]:
    """Who took which list out of the house, newest first"""
    position = cursors.unpack("exports", query["after"])
    found = select(Export).order_by(Export.id.desc()).limit(query["limit"] + 1)
    if position is not None:
        found = found.where(Export.id < position[0])
    return cursors.page("exports", session.scalars(found).all(), query["limit"], lambda one: (one.id,))


def _document(view: Callable[..., Response]) -> Callable[..., Response]:
    content = {kind: {"schema": {"type": "string", "format": "binary"}} for kind in TYPES.values()}
    answers = {200: {"description": "The file; `X-Rows` says how many rows, `X-Cut: 1` that it was cut"}}
    answers[200]["content"] = content  # type: ignore[assignment]
    documented: Callable[..., Response] = blueprint.doc(operationId=f"monitor_{view.__name__}", responses=answers)(view)
    return documented


@blueprint.get("/cases/export")
@_document
@blueprint.arguments(CaseExportQuery, location="query")
def case_export(query: dict[str, Any]) -> Response:
    """The list of cases as a file, filtered in the same way; at most 100,000 rows, recorded"""
    kind, columns = query.pop("format"), query.pop("columns")
    with transaction() as session:
        filters = cases.Filters(**query)
        written = exporting.write_cases(session, me(), filters, columns, _manner(session, kind))
    return _file("cases", kind, written)


@blueprint.get("/tasks/export")
@_document
@blueprint.arguments(TaskExportQuery, location="query")
def task_export(query: dict[str, Any]) -> Response:
    """A box of user tasks as a file, filtered in the same way; at most 100,000 rows, recorded"""
    kind, columns, box = query.pop("format"), query.pop("columns"), query.pop("box")
    with transaction() as session:
        filters = boxes.Filters(**query)
        written = exporting.write_tasks(session, me(), box, filters, columns, _manner(session, kind))
    return _file("tasks", kind, written)


@blueprint.get("/instances/export")
@_document
@blueprint.arguments(InstanceExportQuery, location="query")
def instance_export(query: dict[str, Any]) -> Response:
    """The process instances a search finds as a file; at most 100,000 rows, recorded"""
    kind, columns = query.pop("format"), query.pop("columns")
    person, status = query.pop("person"), query.pop("status")
    wanted = searching.Wanted(**query, person=str(person) if person else None, status=status.value if status else None)
    with transaction() as session:
        written = exporting.write_instances(session, me(), wanted, columns, _manner(session, kind))
    return _file("instances", kind, written)


def _manner(session: Session, kind: exporting.Format) -> exporting.Manner:
    names = department_names(session)
    zone = ZoneInfo(settings().time_zone)
    return exporting.Manner(kind, say, label, lambda code: names.get(code or "", code or ""), zone)


def _file(what: str, kind: str, written: exporting.Written) -> Response:
    name = f"{what}-{now().astimezone(ZoneInfo(settings().time_zone)):%Y%m%d-%H%M}.{kind}"
    answer = Response(written.file, mimetype=TYPES[kind], direct_passthrough=True)
    answer.call_on_close(written.file.close)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["X-Rows"] = str(written.rows)
    if written.cut:
        answer.headers["X-Cut"] = "1"
    return answer
