"""The list of cases with its search, the page of one case, and its printed receipt."""

from datetime import UTC, datetime
from typing import Any, Final, cast
from uuid import UUID

from flask import Blueprint, render_template, request
from sqlalchemy.orm import Session

from engine.db import reading
from web import cursors
from web.access import Rule, verb
from web.i18n import say
from web.identity import me
from web.pages.file import CaseFile, case_file
from web.pages.show import deadline, given, here
from web.pages.words import department_names, know_people, label, name_of, span_text, when
from workflows import calendars, cases, exporting
from workflows.cases import Filters
from workflows.models import Category
from workflows.tallies import SPANS

pages = Blueprint("cases", __name__)
ACCESS: Final[dict[str, Rule]] = {
    "cases.page": verb("case.list"),
    "cases.show": verb("case.list"),
    "cases.receipt": verb("case.list"),
}
LIMIT: Final = 50
FILTERS: Final = (
    "status",
    "channel",
    "nature",
    "risk",
    "outcome",
    "batch_no",
    "text",
    "issue",
    "satisfaction",
    "source",
)
PERIODS: Final = ("from", "to", "closed_from", "closed_to", "span", "missed")


@pages.get("/cases")
def page() -> str:
    """A page of the list; for htmx only the rows."""
    position = cast(tuple[datetime, UUID] | None, cursors.unpack("pages.cases", given("after")))
    with reading() as session:
        narrowed = _narrowed(session)
        found = cases.listing(session, me(), _filters(), position, LIMIT + 1)
        department_names(session)
        know_people(session, [case.owner for case in found])
        calendar = calendars.get(session)
    shown = found[:LIMIT]
    last = (shown[-1].received_at, shown[-1].id) if len(found) > LIMIT else None
    return render_template(
        "case_list.html" if request.headers.get("HX-Request") else "cases.html",
        rows=[(case, deadline(case.promised_at if cases.is_open(case) else None, calendar)) for case in shown],
        narrowed=narrowed,
        export={"kind": "cases", "fixed": {}},
        columns=[(one.name, say(one.zh, one.en), one.usual) for one in exporting.CASES],
        filtered=any(given(name) for name in (*FILTERS, *PERIODS)),
        first=here(after=None) if position else None,
        next=here(after=cursors.pack("pages.cases", last)) if last else None,
    )


def _filters() -> Filters:
    chosen: dict[str, Any] = {name: given(name) for name in FILTERS}
    return Filters(
        **chosen,
        received_from=_date("from"),
        received_to=_date("to"),
        closed_from=_date("closed_from"),
        closed_to=_date("closed_to"),
        span=_span(),
        missed=given("missed") == "true" if given("missed") in {"true", "false"} else None,
    )


def _span() -> int | None:
    number = given("span") or ""
    return int(number) if number in {str(one) for one in range(len(SPANS))} else None


def _narrowed(session: Session) -> list[tuple[str, str, str]]:
    """Filters which have no field of their own in the bar, as (name, value, text); links of the dashboard set them."""
    words = {
        "from": say("受理自 %s", "Received from %s"),
        "to": say("受理早于 %s", "Received before %s"),
        "closed_from": say("结案自 %s", "Closed from %s"),
        "closed_to": say("结案早于 %s", "Closed before %s"),
    }
    periods = [(name, given(name) or "", text % (when(_date(name)) or "?")) for name, text in words.items()]
    codes = [(name, given(name) or "", label(name, given(name))) for name in ("nature", "satisfaction", "source")]
    issue, batch = given("issue") or "", given("batch_no") or ""
    category = session.get(Category, issue) if issue else None
    others = [("issue", issue, name_of(category) if category else issue), ("batch_no", batch, batch)]
    if given("missed") in {"true", "false"}:
        late = say("超出承诺日期结案", "Closed after the promised date")
        in_time = say("承诺日期内结案", "Closed by the promised date")
        others.append(("missed", str(given("missed")), late if given("missed") == "true" else in_time))
    span = _span()
    if span is not None:
        others.append(("span", str(span), say("办理用时：", "Solving time: ") + span_text(span)))
    return [one for one in (*periods, *codes, *others) if one[1]]


def _date(name: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(given(name) or "")
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


@pages.get("/cases/<number>")
def show(number: str) -> str:
    """Everything about one case."""
    with reading() as session:
        return render_template("case.html", file=_open(session, number))


@pages.get("/cases/<number>/receipt")
def receipt(number: str) -> str:
    """The acceptance receipt, to be printed and handed over."""
    with reading() as session:
        return render_template("receipt.html", file=_open(session, number))


def _open(session: Session, number: str) -> CaseFile:
    return case_file(session, me(), cases.open_case(session, me(), number))
