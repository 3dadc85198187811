"""How codes, times and names read in the two languages; templates use these functions."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, Protocol
from zoneinfo import ZoneInfo

from flask import Flask, g
from flask_babel import format_currency
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.clock import now
from engine.db import reading
from web.i18n import say
from web.settings import settings
from workflows import rules
from workflows.authorisation import person_id
from workflows.models import Person
from workflows.settings import settings as domain_settings
from workflows.tallies import SPANS

Pair = tuple[str, str]

CODES: Final[Mapping[str, Mapping[str, Pair]]] = {
    "role": {
        "staff": ("经办人", "Staff"),
        "head": ("部门负责人", "Head of department"),
        "legal": ("法务", "Legal"),
        "management": ("管理层", "Management"),
        "finance": ("财务", "Finance"),
        "process_owner": ("流程负责人", "Process owner"),
        "process_approver": ("流程审批人", "Process approver"),
        "manager": ("投诉主管", "Complaints manager"),
        "auditor": ("审计", "Auditor"),
        "administrator": ("系统管理员", "Administrator"),
        "intake": ("受理员", "Intake"),
    },
    "channel": {
        "phone": ("电话", "Phone"),
        "mail": ("邮件", "Mail"),
        "web": ("网站", "Web"),
        "chat": ("在线客服", "Chat"),
        "social": ("社交媒体", "Social media"),
        "platform": ("电商平台", "Online shop"),
        "counter": ("柜台来访", "Counter"),
        "letter": ("来信", "Letter"),
        "regulator": ("监管部门", "Regulator"),
    },
    "status": {
        "open": ("处理中", "In progress"),
        "closed": ("已结案", "Closed"),
        "running": ("运行中", "Running"),
        "suspended": ("已挂起", "Suspended"),
        "completed": ("已完成", "Completed"),
        "cancelled": ("已终止", "Cancelled"),
        "resolved": ("已解决", "Resolved"),
    },
    "draft": {
        "editing": ("编辑中", "Being edited"),
        "in_review": ("复核中", "In review"),
        "approved": ("已批准", "Approved"),
    },
    "nature": {
        "product": ("产品质量", "Product quality"),
        "service": ("服务质量", "Service quality"),
        "price": ("价格", "Price"),
        "rights": ("消费者权益", "Consumer rights"),
        "management": ("管理", "Management"),
    },
    "risk": {
        "ordinary": ("普通风险", "Ordinary risk"),
        "medium": ("中度风险", "Medium risk"),
        "high": ("高度风险", "High risk"),
    },
    "urgency": {"service": ("服务类", "Service"), "quality": ("质量类", "Quality"), "major": ("重大", "Major")},
    "severity": {"1": ("轻微", "Minor"), "2": ("一般", "Moderate"), "3": ("严重", "Serious"), "4": ("重大", "Major")},
    "impact": {"1": ("个别", "Single"), "2": ("多人", "Several people"), "3": ("群体", "Many people")},
    "source": {"external": ("外部投诉", "External"), "internal": ("内部投诉", "Internal")},
    "kind": {
        "consumer": ("消费者", "Consumer"),
        "employee": ("员工", "Employee"),
        "partner": ("合作方", "Partner"),
        "supplier": ("供应商", "Supplier"),
        "regulator": ("监管部门", "Regulator"),
    },
    "tier": {"ordinary": ("普通客户", "Ordinary customer"), "vip": ("VIP 客户", "VIP customer")},
    "flag": {
        "litigation": ("诉讼风险", "Litigation"),
        "personal_data": ("个人信息", "Personal data"),
        "media": ("媒体关注", "Media"),
        "safety": ("安全", "Safety"),
        "legal_gate": ("须法务审核", "Legal review needed"),
        "fast_path": ("快速通道", "Fast path"),
    },
    "outcome": {
        "solved": ("已解决", "Solved"),
        "partly_solved": ("部分解决", "Partly solved"),
        "refused": ("不予支持", "Refused"),
        "transferred": ("已转出", "Transferred"),
        "duplicate": ("重复投诉", "Duplicate"),
        "solved_on_the_spot": ("当场解决", "Solved on the spot"),
        "settled": ("调解成功", "Settled"),
        "unsettled": ("未能和解", "Not settled"),
    },
    "satisfaction": {
        "satisfied": ("满意", "Satisfied"),
        "basically": ("基本满意", "Basically satisfied"),
        "unsatisfied": ("不满意", "Unsatisfied"),
    },
    "cause": {
        "product": ("产品缺陷", "Product defect"),
        "process": ("流程漏洞", "Process gap"),
        "person": ("人员失误", "Human error"),
        "external": ("外部原因", "External"),
    },
    "upheld": {
        "full": ("诉求成立", "Upheld"),
        "partly": ("部分成立", "Partly upheld"),
        "none": ("不成立", "Not upheld"),
    },
    "remedy": {
        "apology": ("致歉", "Apology"),
        "repair": ("维修", "Repair"),
        "exchange": ("换货", "Exchange"),
        "refund": ("退款", "Refund"),
        "voucher": ("代金券", "Voucher"),
        "compensation": ("赔偿", "Compensation"),
        "improvement": ("改进", "Improvement"),
        "explanation": ("解释说明", "Explanation"),
        "replace": ("换货", "Replacement"),
        "compensate": ("赔偿", "Compensation"),
        "improve": ("改进", "Improvement"),
        "explain": ("解释说明", "Explanation"),
        "replacement": ("换货", "Replacement"),
        "redelivery": ("重新配送", "Delivery again"),
        "guidance": ("使用指导", "Guidance"),
        "none": ("无", "None"),
    },
    "evidence": {
        "transaction": ("交易凭证", "Transaction record"),
        "contract": ("合同", "Contract"),
        "test_report": ("检测报告", "Test report"),
        "recording": ("录音", "Recording"),
        "chat": ("聊天记录", "Chat"),
        "statement": ("陈述", "Statement"),
        "log": ("日志", "Log"),
        "video": ("视频", "Video"),
        "photo": ("照片", "Photo"),
        "mail": ("邮件", "Mail"),
        "other": ("其他", "Other"),
    },
}


class Named(Protocol):
    """What has a name in both languages."""

    name_zh: str
    name_en: str


def register(app: Flask) -> None:
    """Make the words available to all templates."""
    app.jinja_env.globals.update(
        day=day,
        department_name=department_name,
        initials=initials,
        label=label,
        money=money,
        name_of=name_of,
        options=options,
        hotline=hotline,
        organisation=organisation,
        person_name=person_name,
        role_text=role_text,
        size_text=size_text,
        when=when,
    )


def label(group: str, code: object) -> str:
    """The text of a code of `CODES[group]`; an unknown code stands for itself, none is empty."""
    if code in (None, ""):
        return ""
    pair = CODES[group].get(str(code))
    return say(*pair) if pair else str(code)


def options(group: str, empty: str = "") -> list[Pair]:
    """(code, text) pairs for a select; `empty` is the text of choosing nothing."""
    return [("", empty)] * bool(empty) + [(code, say(*pair)) for code, pair in CODES[group].items()]


def role_text(role: str) -> str:
    """A role's name."""
    return label("role", role)


def name_of(thing: Named) -> str:
    """The name of a task, person, department or definition in this language."""
    return say(thing.name_zh, thing.name_en)


def initials(name: str) -> str:
    """One or two signs which stand for a name in an avatar: 敏 for 王敏, JD for Jane Doe."""
    parts = name.split()
    if not parts:
        return "?"
    if len(parts) == 1:
        return parts[0][-1:] if parts[0][:1] > "ÿ" else parts[0][:2].upper()
    return (parts[0][:1] + parts[-1][:1]).upper()


def hotline() -> str:
    """How a complainant reaches a person; empty where nobody has set it."""
    return domain_settings().hotline


def organisation() -> str:
    """Who runs this."""
    return say(domain_settings().organisation_zh, domain_settings().organisation_en)


def department_names(session: Session) -> dict[str, str]:
    """Code -> name of all departments; read once a request."""
    kept: dict[str, str] | None = g.get("department_names")
    if kept is None:
        kept = g.department_names = {one.code: say(one.name_zh, one.name_en) for one in rules.current(session).places}
    return kept


def department_name(code: str | None) -> str:
    """The name of a department; for templates, which have no session at hand."""
    if not code:
        return ""
    if g.get("department_names") is None:
        with reading() as session:
            department_names(session)
    names: dict[str, str] = g.department_names
    return names.get(code, code)


def person_name(actor: str | None) -> str:
    """Who did something: a person's name, or a word for `system`, `timer`, `complainant`.

    Names are those `know_people` has read for this request.
    """
    words = {
        "system": ("系统", "System"),
        "timer": ("时限", "Deadline"),
        "complainant": ("投诉人", "Complainant"),
        "portal": ("投诉人", "Complainant"),
    }
    if not actor:
        return ""
    if actor in words:
        return say(*words[actor])
    known: dict[str, str] = g.get("people_names") or {}
    return known.get(actor, say("未知人员", "Unknown person"))


def know_people(session: Session, actors: Iterable[str | None]) -> None:
    """Read the names of these people once, so that `person_name` needs no query a row."""
    known: dict[str, str] = g.setdefault("people_names", {})
    ids = {person_id(actor) for actor in actors if actor and actor not in known} - {None}
    if ids:
        rows = session.execute(select(Person.id, Person.name_zh, Person.name_en).where(Person.id.in_(ids)))
        known.update({str(one.id): say(one.name_zh, one.name_en) for one in rows})


def when(at: datetime | None) -> str:
    """A moment as people say it: 今天 14:05, 昨天 09:30, 11月3日 16:20, 2025-11-03 16:20."""
    if at is None:
        return ""
    zone = ZoneInfo(settings().time_zone)
    local, today = at.astimezone(zone), now().astimezone(zone).date()
    clock = local.strftime("%H:%M")
    if local.date() == today:
        return say(f"今天 {clock}", f"today {clock}")
    if local.date() == today - timedelta(days=1):
        return say(f"昨天 {clock}", f"yesterday {clock}")
    if local.date() == today + timedelta(days=1):
        return say(f"明天 {clock}", f"tomorrow {clock}")
    if local.year == today.year:
        return say(f"{local.month}月{local.day}日 {clock}", f"{local.day} {local:%b} {clock}")
    return say(f"{local:%Y-%m-%d} {clock}", f"{local.day} {local:%b %Y} {clock}")


def day(at: datetime | None) -> str:
    """The date of a moment."""
    if at is None:
        return ""
    local = at.astimezone(ZoneInfo(settings().time_zone))
    return say(f"{local.year}年{local.month}月{local.day}日", f"{local.day} {local:%B %Y}")


def money(minor: int | None, currency: str = "CNY") -> str:
    """An amount of minor units, with its currency."""
    if minor is None:
        return ""
    return str(format_currency(minor / 100, currency)).replace("CN¥", "¥")


def span_text(number: int) -> str:
    """A class of the solving time, by its number in `workflows.tallies.SPANS`."""
    low, high = SPANS[number]
    if high is None:
        return say(f"{low // 24} 天以上", f"Over {low // 24} days")
    if not low:
        return say(f"{high} 小时内", f"Within {high} h")
    return say(f"{low // 24}–{high // 24} 天", f"{low // 24}–{high // 24} days")


def size_text(size: int) -> str:
    """A file size."""
    if size < 1024:
        return f"{size} B"
    if size < 1024 * 1024:
        return f"{size / 1024:.0f} kB"
    return f"{size / 1024 / 1024:.1f} MB"


def value_text(value: Any) -> str:
    """A value of a form or variable as text."""
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return say("是", "Yes") if value else say("否", "No")
    if isinstance(value, list):
        return say("、", ", ").join(map(value_text, value))
    if isinstance(value, dict):
        return say("；", "; ").join(f"{key}{say('：', ': ')}{value_text(below)}" for key, below in value.items())
    if isinstance(value, datetime):
        return when(value)
    return str(value)
