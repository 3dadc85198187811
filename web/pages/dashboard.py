"""The dashboard: the figures of a period beside those of the period before, each leading to its cases."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from flask import Blueprint, render_template, url_for
from sqlalchemy.orm import Session

from engine.clock import now
from engine.db import reading
from web.access import Rule, verb
from web.i18n import say
from web.pages.show import given, with_query
from web.pages.words import label, span_text
from web.settings import settings
from workflows import analytics, classification
from workflows.analytics import Figures

pages = Blueprint("dashboard", __name__)
ACCESS: Final[dict[str, Rule]] = {"dashboard.page": verb("report.read")}
WEEKS: Final = (4, 12, 26, 52)
USUAL: Final = 12
TOP: Final = 3
FEW: Final = 20
"""A change is told in per cent where there were that many before; of fewer, the number itself is told."""
LONGEST: Final = 3660
"""Most days of a period."""
COLUMNS: Final = ("channel", "risk", "satisfaction")
"""What the charts share the cases by."""


@dataclass(frozen=True, slots=True)
class Period:
    """[since, until), both midnights where the enterprise is."""

    since: datetime
    until: datetime

    @property
    def before(self) -> "Period":
        """As long, and just before."""
        return Period(self.since - (self.until - self.since), self.since)

    @property
    def last_day(self) -> date:
        """Its last day."""
        return self.until.date() - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure: its text, how it changed, whether that is good, bad or neither, its cases' address; note: of what."""

    title: str
    text: str
    change: str
    tone: str
    address: str | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart and its table. rows: label, values, address of the cases behind them; kind: what charts.js draws."""

    name: str
    title: str
    kind: str
    heads: list[str]
    rows: list[tuple[str, list[int], str | None]]

    @property
    def data(self) -> dict[str, Any]:
        """What the script draws."""
        return {
            "kind": self.kind,
            "series": self.heads[1:],
            "labels": [row[0] for row in self.rows],
            "values": [[row[1][number] for row in self.rows] for number in range(len(self.heads) - 1)],
            "links": [row[2] for row in self.rows],
        }


@pages.get("/dashboard")
def page() -> str:
    """The figures and charts of a period."""
    period, wrong = _period()
    with reading() as session:
        counted = analytics.period(session, period.since, period.until, COLUMNS)
        earlier = analytics.figures(session, period.before.since, period.before.until)
        charts = _charts(session, period, counted)
    figures = counted.figures
    return render_template(
        "dashboard.html",
        period=period,
        wrong=wrong,
        asked={name: given(name) for name in ("from", "to")} if wrong else {},
        counted_at=now(),
        tiles=_tiles(counted, earlier, period),
        charts=charts,
        presets=[(weeks, _preset(weeks)) for weeks in WEEKS],
        empty=not figures.received and not figures.closed,
    )


def _zone() -> ZoneInfo:
    return ZoneInfo(settings().time_zone)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), _zone())


def _period() -> tuple[Period, str]:
    """From `from` and `to` (days, both included) of the address; else the usual number of weeks until today.

    The text tells what is wrong with the days asked for, for which the usual number of weeks is shown.
    """
    today = now().astimezone(_zone()).date()
    first, last = _day("from"), _day("to")
    last = last or today
    first = first or last - timedelta(weeks=USUAL) + timedelta(days=1)
    wrong = ""
    if first > last:
        wrong = say("起始日期晚于截止日期，请更正", "The first day is later than the last: please correct it")
    elif (last - first).days > LONGEST:
        wrong = say("时段最长十年，请缩短", "A period has ten years at most: please shorten it")
    if wrong:
        first = last - timedelta(weeks=USUAL) + timedelta(days=1)
    return Period(_midnight(first), _midnight(last + timedelta(days=1))), wrong


def _day(name: str) -> date | None:
    try:
        found = date.fromisoformat(given(name) or "")
    except ValueError:
        return None
    return found if date(2000, 1, 1) <= found <= date(2100, 1, 1) else None


def _preset(weeks: int) -> str:
    today = now().astimezone(_zone()).date()
    first = today - timedelta(weeks=weeks) + timedelta(days=1)
    return with_query(url_for("dashboard.page"), {"from": first.isoformat(), "to": today.isoformat()})


def _cases(period: Period, *, closed: bool = False, **more: str | None) -> str:
    """The address of the list of the cases received (or closed) in the period."""
    names = ("closed_from", "closed_to") if closed else ("from", "to")
    times = dict(zip(names, (period.since.isoformat(), period.until.isoformat()), strict=True))
    return with_query(url_for("cases.page"), {"source": "external", **times, **more})


def _tiles(found: analytics.Period, earlier: Figures, period: Period) -> list[Tile]:
    figures = found.figures
    received, closed = _cases(period), _cases(period, closed=True)
    waiting = with_query(url_for("cases.page"), {"source": "external", "status": "open"})
    late = _cases(period, closed=True, missed="true")
    to_late = say("点数字看超期结案的", "The figure leads to those closed late")
    unhappy = _cases(period, closed=True, satisfaction="unsatisfied")
    ratings = dict(found.shares("satisfaction", closed=True))
    answered = sum(count for code, count in ratings.items() if code)
    rests = say(f"{figures.closed} 件结案中 {answered} 件有评价", f"{answered} of {figures.closed} closed were rated")
    late, to_late, unhappy = closed, "", closed
    if figures.in_target is not None and figures.in_target < 1:
        late = _cases(period, closed=True, missed="true")
        to_late = say("点数字看超期结案的", "The figure leads to those closed late")
    if ratings.get("unsatisfied"):
        unhappy = _cases(period, closed=True, satisfaction="unsatisfied")
        rests += say("；点数字看不满意的", "; the figure leads to those not satisfied")
    return [
        Tile(say("受理", "Received"), str(figures.received), *_more(figures.received, earlier.received, 0), received),
        Tile(say("结案", "Closed"), str(figures.closed), *_more(figures.closed, earlier.closed, 1), closed),
        Tile(say("目前在办", "Open at present"), str(figures.open), "", "", waiting),
        Tile(say("平均用时", "Average time"), _duration(figures.hours),
             *_slower(figures, earlier), closed if figures.hours is not None else None),
        Tile(say("承诺期内结案", "Closed in target"), _percent(figures.in_target),
             *_points(figures.in_target, earlier.in_target, earlier.closed),
             late if figures.in_target is not None else None, to_late),
        Tile(say("满意率", "Satisfied"), _percent(figures.satisfied),
             *_points(figures.satisfied, earlier.satisfied, earlier.closed),
             unhappy if figures.satisfied is not None else None, rests if figures.closed else ""),
    ]  # fmt: skip


def _more(value: int, before: int, good: int) -> tuple[str, str]:
    """(change as text, tone); good: +1 where more is better, -1 where less is, 0 where neither."""
    if not before:
        return _nothing()
    if before < FEW:
        return _was(str(before))
    return _changed(value, before, good)


def _slower(figures: Figures, earlier: Figures) -> tuple[str, str]:
    if figures.hours is None or not earlier.hours:
        return _nothing()
    if earlier.closed < FEW:
        return _was(_duration(earlier.hours))
    return _changed(figures.hours, earlier.hours, -1)


def _points(value: float | None, before: float | None, base: int) -> tuple[str, str]:
    if value is None or before is None:
        return _nothing()
    if base < FEW:
        return _was(_percent(before))
    points = round(100 * (value - before), 1)
    return say(f"{points:+.1f} 个百分点", f"{points:+.1f} points"), _tone(points, 1)


def _nothing() -> tuple[str, str]:
    return say("此前无数据", "nothing before"), ""


def _was(text: str) -> tuple[str, str]:
    return say(f"此前 {text}", f"{text} before"), ""


def _changed(value: float, before: float, good: int) -> tuple[str, str]:
    change = round((value - before) / before, 2) + 0.0  # what is shown as no change is neither good nor bad
    return f"{change:+.0%}".replace("%", " %"), _tone(change, good)


def _tone(change: float, good: int) -> str:
    return "" if not change or not good else "good" if change * good > 0 else "danger"


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f} %"


def _duration(hours: float | None) -> str:
    if hours is None:
        return "–"
    return (
        say(f"{hours:.1f} 小时", f"{hours:.1f} h") if hours < 48 else say(f"{hours / 24:.1f} 天", f"{hours / 24:.1f} d")
    )


def _charts(session: Session, period: Period, found: analytics.Period) -> list[Chart]:
    number, unknown = say("件数", "Cases"), say("未定", "Not decided")

    def shared(
        name: str, title: str, column: str, *, closed: bool = False, kind: str = "bar", empty: str = unknown
    ) -> Chart:
        rows = [
            (label(column, code) or empty, [count], _cases(period, closed=closed, **{column: code}) if code else None)
            for code, count in found.shares(column, closed=closed)
        ]
        return Chart(name, title, kind, [title, number], rows)

    return [
        _volume(period, found),
        shared("channels", say("渠道", "Channels"), "channel"),
        _natures(session, period, found, number, unknown),
        shared("risk", say("风险等级", "Risk"), "risk"),
        _times(period, found, number),
        shared(
            "satisfaction",
            say("满意度（已结案）", "Satisfaction (closed)"),
            "satisfaction",
            closed=True,
            empty=say("未评价", "Not rated"),
        ),
    ]


def _volume(period: Period, found: analytics.Period) -> Chart:
    weeks = {week: (came, went) for week, came, went in found.trend}
    monday = period.since.date() - timedelta(days=period.since.weekday())
    rows: list[tuple[str, list[int], str | None]] = []
    while monday < period.until.date():
        week = Period(max(_midnight(monday), period.since), min(_midnight(monday + timedelta(days=7)), period.until))
        rows.append((f"{monday:%m-%d}", list(weeks.get(monday, (0, 0))), _cases(week)))
        monday += timedelta(days=7)
    heads = [say("周（周一）", "Week from"), say("受理", "Received"), say("结案", "Closed")]
    return Chart("volume", say("每周受理与结案", "Received and closed by week"), "line", heads, rows)


def _natures(session: Session, period: Period, found: analytics.Period, number: str, unknown: str) -> Chart:
    """The natures by their number of cases; those with most have their most frequent issues below them."""
    names = {one.code: say(one.name_zh, one.name_en) for one in classification.categories(session)}
    counted = found.natures
    totals: dict[str | None, int] = {}
    for nature, _, count in counted:
        totals[nature] = totals.get(nature, 0) + count
    rows: list[tuple[str, list[int], str | None]] = []
    undecided = totals.pop(None, 0)
    for place, (nature, total) in enumerate(sorted(totals.items(), key=lambda one: -one[1])):
        rows.append((label("nature", nature), [total], _cases(period, nature=nature)))
        if place >= TOP:
            continue
        issues = [(issue, count) for below, issue, count in counted if below == nature and issue][:TOP]
        rows += [
            (f"· {names.get(issue, issue)}", [count], _cases(period, nature=nature, issue=issue))
            for issue, count in issues
        ]
        rest = total - sum(count for _, count in issues)
        if issues and rest:
            rows.append((say("· 其他", "· Other"), [rest], None))
    if undecided:
        rows.append((unknown, [undecided], None))
    return Chart(
        "natures", say("性质与主要问题", "Natures and their issues"), "bar", [say("性质", "Nature"), number], rows
    )


def _times(period: Period, found: analytics.Period, number: str) -> Chart:
    counted = found.solving_times
    rows = [
        (span_text(span), [count], _cases(period, closed=True, span=str(span)) if count else None)
        for span, count in enumerate(counted)
    ]
    title = say("办理用时（已结案）", "Solving time (closed)")
    return Chart("times", title, "column", [title, number], [row for row in rows if sum(counted)])
