"""The complainant's side: file a complaint without an account, follow it, add to it, rate it. Works without scripts.

Following needs the number and the last four digits of the phone; five wrong tries lock the number for a while. What
was opened is kept in the visitor's own signed session.
"""

import re
from dataclasses import replace
from typing import Any, Final

from flask import Blueprint, redirect, render_template, request, session, url_for
from limits import parse
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from engine.db import transaction
from engine.errors import Invalid
from engine.ids import new_id
from web.access import PUBLIC, Rule
from web.hostile import check_text
from web.i18n import language, say
from web.limits import limiter, portal_limit
from web.problems import TooManyAttempts
from workflows import cases, evidence, offers, portal, ratings, receiving
from workflows.errors import BadComplaint, BadFile, NoSuchCase
from workflows.models import Case
from workflows.parties import Identity
from workflows.receiving import Complaint
from workflows.settings import settings

pages = Blueprint("portal", __name__)
ACCESS: Final[dict[str, Rule]] = {
    "portal.page": PUBLIC,
    "portal.file": PUBLIC,
    "portal.follow": PUBLIC,
    "portal.open_case": PUBLIC,
    "portal.case": PUBLIC,
    "portal.add": PUBLIC,
    "portal.urge": PUBLIC,
    "portal.answer": PUBLIC,
    "portal.rate": PUBLIC,
    "portal.rate_by_mail": PUBLIC,
}
FIELDS: Final = ("narrative", "name", "phone", "mail", "product", "order_no", "demand", "amount")
FEWEST_DIGITS: Final = 7
"""Of a phone number without its area code."""
_MOBILE_BEGUN: Final = re.compile(r"1[3-9]\d{,8}")
"""A Chinese mobile number has eleven digits; this is one with fewer."""
_OPENED: Final = "followed"
_GUESSES: Final = parse("5 per 15 minutes")


@pages.get("/complain")
def page() -> str:
    """The empty form."""
    return _form({"once": str(new_id())}, {})


@pages.post("/complain")
@limiter.limit(portal_limit)
def file() -> str | Response:
    """First post: read the complaint back; second post (`confirmed`): register it and show its number."""
    typed = {name: request.form.get(name, "").strip() for name in (*FIELDS, "once")}
    faults = _faults(typed)
    if request.form.get("website"):  # a field no person sees: a machine filled it in
        return redirect(url_for("portal.page"))
    if faults or request.form.get("step") == "change":
        return _form(typed, faults)
    if request.form.get("step") != "confirmed":
        return render_template("portal_review.html", typed=typed)
    with transaction() as database:
        case = receiving.receive(database, _complaint(typed), actor=portal.ACTOR, message_id=f"portal:{typed['once']}")
        _open(case)
    return redirect(url_for("portal.case", fresh=1))


def _form(typed: dict[str, str], faults: dict[str, str]) -> str:
    return render_template("portal.html", typed=typed, faults=faults)


def _faults(typed: dict[str, str]) -> dict[str, str]:
    """Field -> what is wrong with it, by the domain's own check and what the portal needs besides."""
    found: dict[str, str] = {}
    for name, value in typed.items():
        check_text(value, name)
    try:
        receiving.check(_complaint(typed))
    except Invalid as error:
        for fault in error.problems:
            found[fault["path"].removeprefix("identity.")] = say(fault["message_zh"], fault["message_en"])
    digits = "".join(sign for sign in typed["phone"] if sign.isdigit())
    if typed["phone"] and (len(digits) < FEWEST_DIGITS or _MOBILE_BEGUN.fullmatch(digits)):
        found.setdefault("phone", say("手机号不完整", "The phone number is incomplete"))
    elif not typed["phone"] and "@" not in typed["mail"]:
        found.setdefault(
            "phone", say("请填写电话或邮箱，用于查询进度", "A phone number or mail address, so that you can follow it")
        )
    if typed["amount"] and _minor(typed["amount"]) is None:
        below = typed["amount"].startswith("-") and _minor(typed["amount"][1:]) is not None
        found["amount"] = say("不能为负数", "It cannot be negative") if below else say("请填写数字", "A number, please")
    return found


def _minor(amount: str) -> int | None:
    try:
        value = round(float(amount.replace(",", "") or 0) * 100)
    except (ValueError, OverflowError):
        return None
    return value if 0 <= value < 2**53 else None


def _complaint(typed: dict[str, str]) -> Complaint:
    identity = Identity(name=typed["name"], phone=typed["phone"], mail=typed["mail"], locale=language())
    complaint = Complaint(
        narrative=typed["narrative"], channel="web", identity=identity, locale=language(),
        amount_claimed=_minor(typed["amount"]) or 0, read_back=True,
    )  # fmt: skip
    more: dict[str, Any] = {name: typed[name][:200] or None for name in ("product", "order_no")}
    return replace(complaint, demand=typed["demand"][:2000] or None, **more)


@pages.get("/follow")
def follow() -> str:
    """Ask for number and phone tail; a link in a mail may bring the number."""
    return render_template("portal_follow.html", number=request.args.get("number", ""), wrong="")


@pages.post("/follow")
@limiter.limit(portal_limit)
def open_case() -> str | Response:
    """Open a case, or say that the two do not fit."""
    number, tail = request.form.get("number", "").strip().upper()[:60], request.form.get("tail", "").strip()[:200]
    _check_guesses(number)
    check_text(number, "number")
    try:
        with transaction() as database:
            _open(portal.follow(database, number, tail))
    except NoSuchCase:
        _count_guess(number)
        wrong = say("编号与手机号后四位（或邮箱）不符，请核对。", "Number and phone digits (or mail) do not fit.")
        return render_template("portal_follow.html", number=number, wrong=wrong)
    return redirect(url_for("portal.case"))


def _check_guesses(number: str) -> None:
    """Raise TooManyAttempts where this number was tried five times in vain, from wherever."""
    if limiter.enabled and not limiter.limiter.test(_GUESSES, "follow", number):
        raise TooManyAttempts(retry_after=900)


def _count_guess(number: str) -> None:
    if limiter.enabled:
        limiter.limiter.hit(_GUESSES, "follow", number)


def _open(case: Case) -> None:
    session[_OPENED] = case.number


def _opened(database: Any) -> Case:
    number = session.get(_OPENED)
    if not number:
        raise NoSuchCase
    return cases.get(database, str(number))


@pages.get("/follow/case")
def case() -> str | Response:
    """The opened case: stages, promised date, letters; and what one may still do."""
    if not session.get(_OPENED):
        return redirect(url_for("portal.follow"))
    return _case_page()


def _case_page(text: str = "", faults: dict[str, str] | None = None) -> str:
    """text, faults: what was typed to be added, and what is wrong with it, by field."""
    with transaction() as database:
        found = portal.view(database, _opened(database), language())
    said = {
        "added": say("已收到您的补充", "We have received what you added"),
        "urged": say("已转达催办", "We have passed on that you wait"),
        "answered": say("已收到您的答复，我们马上处理", "We have your answer and go on at once"),
        "rated": say("谢谢您的评价", "Thank you for your rating"),
    }
    return render_template(
        "portal_case.html",
        case=found,
        fresh=bool(request.args.get("fresh")),
        said=said.get(request.args.get("said", ""), ""),
        now=next((one for one in found.milestones if one.state == "now"), None),
        text=text,
        faults=faults or {},
        accepted=say(*evidence.ACCEPTED),
        most=portal.MOST_FILES,
        megabytes=settings().upload_limit >> 20,
    )


@pages.post("/follow/case/facts")
@limiter.limit(portal_limit)
def add() -> str | Response | tuple[str, int]:
    """Add a text, files, or both; what is refused is told beside its field, and nothing of the rest is kept or lost."""
    text = request.form.get("text", "")
    files = [one for one in request.files.getlist("file") if one.filename]
    check_text(text, "text")
    for one in files:
        check_text(one.filename or "", "file")
    try:
        with transaction() as database:
            _add(database, _opened(database), text, files)
    except _Refused as error:
        return _case_page(text, error.faults), 422
    return redirect(url_for("portal.case", said="added", _anchor="added"))


class _Refused(Exception):
    """What is wrong with what was to be added: field -> text."""

    def __init__(self, faults: dict[str, str]) -> None:
        super().__init__(faults)
        self.faults = faults


def _add(database: Session, opened: Case, text: str, files: list[FileStorage]) -> None:
    most = portal.MOST_FILES
    if len(files) > most:
        told = say(
            f"一次最多 {most} 个文件，您选了 {len(files)} 个", f"At most {most} files at once; you chose {len(files)}"
        )
        raise _Refused({"file": told})
    found: dict[str, list[str]] = {"text": [], "file": []}
    if text.strip() or not files:
        try:
            portal.add_facts(database, opened, text)
        except BadComplaint as error:
            found["text"] += [say(one["message_zh"], one["message_en"]) for one in error.problems]
    for file in files:
        try:
            portal.add_file(database, opened, file.stream, file.filename or "")
        except (BadFile, BadComplaint) as error:
            wrong = [say(one["message_zh"], one["message_en"]) for one in error.problems]
            found["file"] += [say(f"“{file.filename}”：{one}", f"“{file.filename}”: {one}") for one in wrong]
    faults = {field: "\n".join(told) for field, told in found.items() if told}
    if faults:
        raise _Refused(faults)


@pages.post("/follow/case/answer")
@limiter.limit(portal_limit)
def answer() -> Response:
    """Answer the offer: accept it, discuss it, or refuse it with a reason."""
    reason = request.form.get("reason", "")
    check_text(reason, "reason")
    with transaction() as database:
        offers.answer(database, _opened(database), request.form.get("answer", ""), reason)
    return redirect(url_for("portal.case", said="answered"))


@pages.post("/follow/case/urge")
@limiter.limit("3 per hour")
def urge() -> Response:
    """Ask to hurry."""
    with transaction() as database:
        portal.urge(database, _opened(database))
    return redirect(url_for("portal.case", said="urged"))


@pages.post("/follow/case/rating")
@limiter.limit(portal_limit)
def rate() -> Response:
    """Rate a closed case."""
    with transaction() as database:
        ratings.rate(database, _opened(database), request.form.get("satisfaction", ""))
    return redirect(url_for("portal.case", said="rated"))


@pages.get("/rate/<number>/<satisfaction>/<seal>")
@limiter.limit(portal_limit)
def rate_by_mail(number: str, satisfaction: str, seal: str) -> str | Response:
    """Where the links of the closing mail lead: the rating is chosen, the page's own button (or script) sends it.

    Reading the page rates nothing, so that a mail program which looks at links first does not vote.
    """
    with transaction() as database:
        opened = ratings.opened_by(database, number, seal)
        _open(opened)
        if ratings.rated(database, opened):
            return redirect(url_for("portal.case"))
    if satisfaction not in ratings.WORDS:
        raise NoSuchCase
    return render_template("portal_rate.html", satisfaction=satisfaction, summary=opened.summary)
