"""Letters to the complainant: written from templates by language, kept verbatim, sent by a promise (topic `mail`)."""

import hashlib
import html
import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from string import Template
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import outbox
from engine.clock import now
from engine.errors import Invalid
from workflows import authority, calendars, cases, deadlines
from workflows.models import Case, Letter
from workflows.settings import settings

_FOLDER = Path(__file__).parent / "letters"
OF_RELEASED_PLAN = frozenset({"offer", "decision"})
"""Templates which speak of the solution: they are not written before the plan is released."""


def templates() -> frozenset[str]:
    """Names of the templates there are in both languages."""
    return frozenset(
        path.stem for path in (_FOLDER / "zh").glob("*.txt") if (_FOLDER / "en" / path.name).exists()
    )  # fmt: skip


def send(session: Session, case: Case, template: str, *, actor: str, extra: Mapping[str, str] | None = None) -> Letter:
    """Write a letter in the complainant's language, keep it, and promise its mail where they left an address.

    Raises Invalid for an unknown template and GateClosed for a solution which is not released.
    """
    if template not in templates():
        raise Invalid(f"there is no letter template {template}", template=template)
    if template in OF_RELEASED_PLAN:
        authority.require_released(session, case)
    locale = case.locale if case.locale in {"zh", "en"} else "zh"
    text = (_FOLDER / locale / f"{template}.txt").read_text(encoding="utf-8")
    written = Template(text).safe_substitute({**_facts(session, case, locale), **(extra or {})})
    subject, _, body = written.partition("\n")
    recipient = case.party.mail or None
    letter = Letter(
        case_id=case.id, template=template, locale=locale, subject=subject.strip(), body=body.strip() + "\n",
        recipient=recipient, actor=actor, at=now(), sha256=hashlib.sha256(body.strip().encode()).hexdigest(),
    )  # fmt: skip
    if recipient:
        payload = {
            "to": recipient, "subject": letter.subject, "text": letter.body, "html": _as_html(letter.body),
            "case_id": str(case.id),
        }  # fmt: skip
        letter.outbox_id = outbox.promise(session, "mail", payload, instance_id=case.instance_id)
    session.add(letter)
    session.flush()
    return letter


def of(session: Session, case: Case) -> list[Letter]:
    """All letters of a case, oldest first."""
    return list(session.scalars(select(Letter).where(Letter.case_id == case.id).order_by(Letter.id)))


def _facts(session: Session, case: Case, locale: str) -> dict[str, str]:
    plan = cases.latest_plan(session, case)
    content = plan.content if plan else {}
    zone = calendars.get(session).zone
    known = settings()

    def day(moment: datetime | None) -> str:
        return _day(moment, zone, locale)

    return {
        "number": case.number,
        "name": case.party.name or ("尊敬的客户" if locale == "zh" else "customer"),
        "summary": case.summary,
        "received": day(case.received_at),
        "promised": day(case.promised_at),
        "today": day(now()),
        "organisation": known.organisation_zh if locale == "zh" else known.organisation_en,
        "basis": basis(content, locale),
        "assessment": assessment(content, locale),
        "remedy": label("remedy", (plan.remedy if plan else "") or "", locale),
        "amount": f"{(plan.amount if plan else 0) / 100:.2f}",
        "currency": case.currency,
        "reason": "—",
        "accept_outcome": "—",
    }


def _day(moment: datetime | None, zone: ZoneInfo, locale: str) -> str:
    if moment is None:
        return "—"
    local = moment.astimezone(zone)
    return local.strftime("%Y年%m月%d日 %H:%M") if locale == "zh" else local.strftime("%d %B %Y, %H:%M")


def steps_ahead(session: Session, case: Case) -> dict[str, str]:
    """The dates by which an investigation and then a proposal are due, counted from now; none after the promise."""
    zone, locale = calendars.get(session).zone, "en" if case.locale == "en" else "zh"
    investigated = deadlines.due(session, case, "investigate")
    proposed = deadlines.due(session, case, "plan", investigated)
    dates = {"investigated": investigated, "proposed": proposed}
    if case.promised_at is not None:
        dates = {name: min(moment, case.promised_at) for name, moment in dates.items()}
    return {name: _day(moment, zone, locale) for name, moment in dates.items()}


def basis(content: Mapping[str, Any], locale: str) -> str:
    """What a plan rests on, in words for the complainant: as it was written, else the bases which were ticked."""
    ticked = content.get("bases")
    named = [label("bases", str(one), locale) for one in ticked] if isinstance(ticked, list) else []
    usual = "经核实的事实与公司规定" if locale == "zh" else "the facts we verified"
    return str(content.get("basis") or ("、" if locale == "zh" else ", ").join(named) or usual)


def assessment(content: Mapping[str, Any], locale: str) -> str:
    """Whether the claim is upheld, and where it is not wholly so the reason its assessor gave for the letter."""
    told = label("upheld", str(content.get("upheld") or ""), locale) or "—"
    why = str(content.get("rejection_reason") or "").strip()
    return f"{told}{'。理由：' if locale == 'zh' else '. Reasons: '}{why}" if why else told


LABELS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "bases": {
        "facts": ("经核实的事实", "the facts we verified"),
        "contract": ("合同约定", "the contract"),
        "norms": ("行业惯例与公司规定", "industry practice and our own rules"),
        "law": ("法律法规", "the law"),
    },
    "upheld": {
        "full": ("诉求成立", "we uphold your claim"),
        "partly": ("诉求部分成立", "we uphold your claim in part"),
        "none": ("诉求不成立", "we do not uphold your claim"),
    },
    "remedy": {
        "apology": ("赔礼道歉", "an apology"),
        "explain": ("说明解释", "an explanation"),
        "repair": ("维修", "a repair"),
        "replace": ("换货", "a replacement"),
        "refund": ("退款", "a refund"),
        "voucher": ("代金券", "a voucher"),
        "compensate": ("赔偿", "compensation"),
        "improve": ("改进服务", "an improvement of our service"),
    },
    "accept_outcome": {
        "accepted": ("予以受理", "we have accepted it"),
        "transferred": ("转交有权处理的单位", "we have passed it to the organisation in charge"),
        "refused": ("不予受理", "we cannot accept it"),
        "duplicate": ("与已有投诉合并处理", "we handle it together with an earlier complaint"),
        "solved": ("已当场解决", "it was solved on the spot"),
    },
}


def label(kind: str, code: str, locale: str) -> str:
    """The word for a code in a language; the code itself where there is none."""
    names = LABELS.get(kind, {}).get(code)
    return names[0 if locale == "zh" else 1] if names else code


def _as_html(text: str) -> str:
    """Paragraphs and line breaks; addresses of our own site, and no others, as links."""
    paragraphs = [html.escape(part.strip()) for part in text.split("\n\n") if part.strip()]
    if site := html.escape(settings().site):
        links = re.compile(rf"{re.escape(site)}/[\w/.~-]+")
        paragraphs = [links.sub(lambda found: f'<a href="{found[0]}">{found[0]}</a>', part) for part in paragraphs]
    return "".join(f"<p>{part.replace(chr(10), '<br>')}</p>" for part in paragraphs)
