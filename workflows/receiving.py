"""ISO 10002 8.1-8.3: a complaint from any channel gets a number, a file, a process and a promised answer."""

import secrets
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from engine import instances
from engine.clock import now
from engine.errors import StepFailed
from workflows import evidence, masking, parties, repetition
from workflows.errors import BadComplaint, BadFile
from workflows.models import AcceptanceNumber, Case, Party, Source
from workflows.parties import Identity
from workflows.settings import settings

CHANNELS = ("phone", "mail", "web", "chat", "social", "platform", "counter", "letter", "regulator")
PROCESS = "complaint"
_SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # without 0 O 1 I L, so that a number can be read out on the phone
_MAX_TEXT = 50_000
MOST_SUMMARY = 120


@dataclass(frozen=True, slots=True)
class Complaint:
    """A complaint as it arrives. amount_claimed: minor units of `currency`; named: ids of staff it is about; read_back:
    it was repeated to the complainant, who confirmed it; post_url, post_author: said where in public, by whom."""

    narrative: str
    channel: str
    identity: Identity
    summary: str = ""
    source: str = Source.EXTERNAL.value
    locale: str = "zh"
    product: str | None = None
    order_no: str | None = None
    batch_no: str | None = None
    branch: str | None = None
    region: str | None = None
    demand: str | None = None
    amount_claimed: int = 0
    currency: str = "CNY"
    occurred_at: datetime | None = None
    received_at: datetime | None = None
    named: tuple[str, ...] = ()
    post_url: str | None = None
    post_author: str | None = None
    flags: dict[str, Any] = field(default_factory=dict)
    read_back: bool = False


def receive(session: Session, complaint: Complaint, *, actor: str, message_id: str | None = None) -> Case:
    """Register a complaint: number, party, file, process `complaint` (business key = number), acknowledgement.

    message_id: the sender's id of the message; the same one again gives the case it made. Where the first step of the
    process fails, the case is received and an incident waits for a person.
    Raises BadComplaint with every field that is wrong.
    """
    if message_id is not None:
        session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(message_id, 0))))  # one at a time
        known = session.scalar(select(Case).where(Case.message_id == message_id))
        if known is not None:
            return known
    check(complaint)
    party = parties.find_or_create(session, complaint.identity, verified=actor != "complainant")
    case = _file(session, complaint, party, actor, message_id)
    try:
        started = instances.start(
            session, PROCESS, business_key=case.number, variables=_variables(case, party), actor=actor
        )
    except StepFailed:  # an incident waits for a person; the complaint is received all the same
        started = instances.by_business_key(session, case.number)[0]
    case.instance_id = started.id
    session.flush()
    _keep_source(session, case, complaint, actor)
    repetition.watch_batch(session, case)
    return case


def shortened(text: str, most: int = MOST_SUMMARY) -> str:
    """The text, or its beginning with an ellipsis, in `most` signs."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _keep_source(session: Session, case: Case, complaint: Complaint, actor: str) -> None:
    """A chat is evidence word for word, a post by its address."""
    if complaint.channel == "chat":
        with suppress(BadFile):  # what looks like a web page is no evidence; the words are in the case all the same
            text = complaint.narrative
            evidence.add_text(session, case, text, name="transcript.txt", actor=actor, kind="chat", source="chat")
    if complaint.post_url is not None:
        author = complaint.post_author or ""
        evidence.add_link(session, case, complaint.post_url, name="post", actor=actor, source=author)


def _file(session: Session, complaint: Complaint, party: Party, actor: str, message_id: str | None) -> Case:
    narrative = complaint.narrative.strip()
    case = Case(
        number=new_number(session, complaint.received_at or now()),
        message_id=message_id,
        party_id=party.id,
        party=party,
        source=Source(complaint.source),
        channel=complaint.channel,
        locale=complaint.locale,
        summary=shortened(masking.redact(complaint.summary.strip() or narrative)),
        original=narrative,
        narrative=narrative,
        product=complaint.product,
        order_no=complaint.order_no,
        batch_no=complaint.batch_no,
        branch=complaint.branch,
        region=complaint.region,
        named=list(complaint.named),
        demand=complaint.demand,
        amount_claimed=complaint.amount_claimed,
        currency=complaint.currency,
        occurred_at=complaint.occurred_at,
        received_at=complaint.received_at or now(),
        flags=dict(complaint.flags),
        intake_by=actor,
        read_back_by=actor if complaint.read_back else None,
        read_back_at=now() if complaint.read_back else None,
    )
    session.add(case)
    session.flush()
    session.info.setdefault("cases", {})[case.number] = case
    return case


def _variables(case: Case, party: Party) -> dict[str, Any]:
    return {
        "case_id": str(case.id),
        "channel": case.channel,
        "vip": party.tier == "vip",
        "amount_claimed": case.amount_claimed / 100,
        "rounds": 0,
        "reopened": 0,
    }


def check(complaint: Complaint) -> None:
    """Raise BadComplaint naming every wrong field; nothing where all is well."""
    problems: list[dict[str, str]] = []

    def wrong(path: str, code: str, zh: str, en: str) -> None:
        problems.append({"path": path, "code": code, "message_zh": zh, "message_en": en})

    if not complaint.narrative.strip():
        wrong("narrative", "required", "请填写投诉内容", "say what the complaint is about")
    elif len(complaint.narrative) > _MAX_TEXT:
        wrong("narrative", "too_long", f"投诉内容不得超过 {_MAX_TEXT} 字", f"at most {_MAX_TEXT} signs")
    if "\x00" in complaint.narrative + complaint.summary:
        wrong("narrative", "invalid", "内容含有非法字符", "contains a sign that cannot be stored")
    if complaint.channel not in CHANNELS:
        wrong("channel", "unknown", "未知的投诉渠道", f"unknown channel; one of {', '.join(CHANNELS)}")
    if complaint.source not in list(Source):
        wrong("source", "unknown", "未知的投诉来源", "external or internal")
    if not complaint.identity.name.strip() and not complaint.identity.phone and not complaint.identity.mail:
        wrong("identity.name", "required", "请填写投诉人姓名或联系方式", "a name, phone or mail of the complainant")
    if complaint.post_url is not None and not evidence.is_address(complaint.post_url):
        wrong("post_url", "address", "网址无效", "not a web address")
    if complaint.amount_claimed < 0:
        wrong("amount_claimed", "negative", "金额不能为负数", "must not be negative")
    for name in ("occurred_at", "received_at"):
        moment: datetime | None = getattr(complaint, name)
        if moment is not None and moment.tzinfo is None:
            wrong(name, "zone", "时间须带时区", "needs a time zone")
        elif moment is not None and moment > now() + timedelta(minutes=5):
            wrong(name, "future", "时间不能晚于现在", "must not be in the future")
    if problems:
        raise BadComplaint(problems=problems)


def new_number(session: Session, moment: datetime) -> str:
    """A fresh acceptance number with the day it is where the enterprise is; safe with any number of processes at once,
    and never given again."""
    day = moment.astimezone(ZoneInfo(settings().time_zone))
    for _ in range(20):
        number = _compose(day)
        given = session.execute(
            insert(AcceptanceNumber)
            .values(number=number, issued_at=now())
            .on_conflict_do_nothing()
            .returning(AcceptanceNumber.number)
        ).scalar_one_or_none()
        if given is not None:
            return number
    raise BadComplaint("the configured number format leaves too few numbers")


def _compose(moment: datetime) -> str:
    token = "".join(secrets.choice(_SIGNS) for _ in range(7))
    stamp = moment.strftime("%Y%m%d")
    return settings().number_format.format(date=stamp, year=stamp[:4], token=token, check=check_sign(stamp + token))


def check_sign(text: str) -> str:
    """The check sign of date and token: it catches one mistyped sign and two neighbours swapped (Luhn mod N)."""
    total, factor, base = 0, 2, len(_SIGNS) + 5
    alphabet = "01" + _SIGNS + "ILO"
    for sign in reversed(text):
        part = factor * alphabet.index(sign)
        factor = 3 - factor
        total += part // base + part % base
    return _SIGNS[total % len(_SIGNS)]
