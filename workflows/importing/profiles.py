"""What the columns of known sources mean."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from engine.clock import now
from workflows.parties import Identity
from workflows.receiving import CHANNELS, Complaint

_CHINA = ZoneInfo("Asia/Shanghai")
_US = ZoneInfo("America/New_York")
_DATES = (
    "%Y-%m-%d",
    "%Y/%m/%d",
    "%m/%d/%Y",
    "%Y-%m-%d %H:%M:%S",
    "%Y/%m/%d %H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y/%m/%d %H:%M",
)
_CFPB_CHANNELS = {
    "web": "web",
    "phone": "phone",
    "fax": "letter",
    "postal mail": "letter",
    "email": "mail",
    "referral": "regulator",
    "web referral": "regulator",
}


class BadCell(Exception):
    """A cell which cannot be read"""

    def __init__(self, column: str, message_zh: str, message_en: str) -> None:
        """column: name in the file; messages: one sentence each."""
        super().__init__(message_en)
        self.column, self.message_zh, self.message_en = column, message_zh, message_en


@dataclass(frozen=True, slots=True)
class Profile:
    """A source. required: for each needed column the names it may have; fields: complaint field -> its columns."""

    name: str
    required: tuple[tuple[str, ...], ...]
    complaint: Callable[[Mapping[str, str]], Complaint]
    id_columns: tuple[str, ...] = ()
    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def source_id(self, row: Mapping[str, str]) -> str | None:
        """What the source itself calls the row."""
        return _first(row, *self.id_columns) or None

    def column_of(self, path: str, row: Mapping[str, str]) -> str:
        """The column of the file a field of the complaint came from."""
        return next((name for name in self.fields.get(path, ()) if name in row), path)


def _first(row: Mapping[str, str], *names: str) -> str:
    """The first filled cell of these columns."""
    return next((row[name].strip() for name in names if row.get(name, "").strip()), "")


def _need(row: Mapping[str, str], *names: str) -> str:
    found = _first(row, *names)
    if not found:
        column = next((name for name in names if name in row), names[0])
        raise BadCell(column, f"「{column}」为空", f"{column} is empty")
    return found


def _when(row: Mapping[str, str], zone: ZoneInfo, *names: str) -> datetime | None:
    """The moment in a date column, read in `zone`; None where the cell is empty. Refuses the future and the absurd."""
    text = _first(row, *names)
    if not text:
        return None
    column = next(name for name in names if row.get(name, "").strip())
    for shape in _DATES:
        try:
            moment = datetime.strptime(text, shape).replace(tzinfo=zone)
        except ValueError:
            continue
        if not moment.year >= 1990 or moment > now():
            raise BadCell(column, f"时间不合理：{text}", f"not a possible time: {text}")
        return moment
    raise BadCell(column, f"无法识别的时间：{text}", f"not a date: {text}")


def _money(row: Mapping[str, str], *names: str) -> int:
    text = _first(row, *names)
    if not text:
        return 0
    column = next(name for name in names if row.get(name, "").strip())
    plain = re.sub(r"[,，¥￥$£元\s]", "", text)
    if not re.fullmatch(r"\d{1,10}(\.\d{1,2})?", plain):
        raise BadCell(column, f"无法识别的金额：{text}", f"not an amount: {text}")
    whole, _, cents = plain.partition(".")
    return int(whole) * 100 + int((cents + "00")[:2])


def _cfpb(row: Mapping[str, str]) -> Complaint:
    product = _need(row, "Product", "product")
    issue = _need(row, "Issue", "issue")
    details = [_first(row, "Sub-product", "sub_product"), _first(row, "Sub-issue", "sub_issue")]
    company = _first(row, "Company", "company")
    state = _first(row, "State", "state")
    short = " - ".join(part for part in (product, issue, *details) if part)
    via = _first(row, "Submitted via", "submitted_via").lower()
    if via and via not in _CFPB_CHANNELS:
        column = "Submitted via" if "Submitted via" in row else "submitted_via"
        raise BadCell(column, f"未知的渠道：{via}", f"unknown channel: {via}")
    when = _when(row, _US, "Date received", "date_received")
    if when is None:
        _need(row, "Date received", "date_received")
    narrative = _first(row, "Consumer complaint narrative", "consumer_complaint_narrative")
    return Complaint(
        narrative=narrative or f"{short}. Complaint about {company or 'a company'}.",
        summary=short,
        channel=_CFPB_CHANNELS.get(via, "web"),
        identity=Identity(name=f"Consumer {_first(row, 'ZIP code', 'zip_code')}".strip(), locale="en"),
        locale="en",
        product=f"{product} / {company}" if company else product,
        region=state or None,
        currency="USD",
        occurred_at=when,
    )


def _tipdm(row: Mapping[str, str]) -> Complaint:
    return Complaint(
        narrative=_need(row, "留言详情"),
        summary=_need(row, "留言主题"),
        channel="web",
        identity=Identity(name=_need(row, "留言用户")),
        occurred_at=_when(row, _CHINA, "留言时间"),
    )


def _car(row: Mapping[str, str]) -> Complaint:
    brand, series = _need(row, "投诉品牌"), _first(row, "投诉车系")
    return Complaint(
        narrative=_need(row, "问题简述"),
        channel="platform",
        identity=Identity(name="车主"),
        product=" ".join(part for part in (brand, series, _first(row, "投诉车型")) if part),
        occurred_at=_when(row, _CHINA, "投诉时间"),
    )


def _shopping(row: Mapping[str, str]) -> Complaint:
    if _first(row, "label") not in {"", "0"}:
        raise BadCell("label", "好评不是投诉", "a praise is no complaint")
    return Complaint(
        narrative=_need(row, "review"),
        channel="platform",
        identity=Identity(name="平台用户"),
        product=_need(row, "cat"),
    )


_GENERIC: Mapping[str, tuple[str, ...]] = {
    "narrative": ("narrative", "投诉内容"),
    "summary": ("summary", "主题"),
    "channel": ("channel", "渠道"),
    "identity.name": ("name", "姓名"),
    "identity.phone": ("phone", "电话"),
    "identity.mail": ("mail", "邮箱"),
    "product": ("product", "产品"),
    "order_no": ("order_no", "订单号"),
    "batch_no": ("batch_no", "批次号"),
    "region": ("region", "地区"),
    "demand": ("demand", "诉求"),
    "amount_claimed": ("amount_claimed", "索赔金额"),
    "occurred_at": ("occurred_at", "发生时间"),
    "locale": ("locale", "语言"),
}


def _generic(row: Mapping[str, str]) -> Complaint:
    def cell(name: str) -> str:
        return _first(row, *_GENERIC[name])

    channel = cell("channel") or "web"
    if channel not in CHANNELS:
        column = next(name for name in _GENERIC["channel"] if name in row)
        raise BadCell(column, f"未知的渠道：{channel}", f"unknown channel: {channel}")
    locale = cell("locale") or ("zh" if re.search(r"[一-鿿]", cell("narrative")) else "en")
    identity = Identity(cell("identity.name"), cell("identity.phone"), cell("identity.mail"), locale=locale)
    return Complaint(
        narrative=_need(row, *_GENERIC["narrative"]),
        summary=cell("summary"),
        channel=channel,
        identity=identity,
        locale=locale if locale in {"zh", "en"} else "zh",
        product=cell("product") or None,
        order_no=cell("order_no") or None,
        batch_no=cell("batch_no") or None,
        region=cell("region") or None,
        demand=cell("demand") or None,
        amount_claimed=_money(row, *_GENERIC["amount_claimed"]),
        occurred_at=_when(row, _CHINA, *_GENERIC["occurred_at"]),
    )


PROFILES: Mapping[str, Profile] = {
    profile.name: profile
    for profile in (
        Profile(
            "cfpb",
            (("Date received", "date_received"), ("Product", "product"), ("Issue", "issue")),
            _cfpb,
            ("Complaint ID", "complaint_id"),
            {"narrative": ("Consumer complaint narrative", "consumer_complaint_narrative")},
        ),
        Profile(
            "tipdm",
            (("留言编号",), ("留言用户",), ("留言主题",), ("留言时间",), ("留言详情",)),
            _tipdm,
            ("留言编号",),
            {"narrative": ("留言详情",), "identity.name": ("留言用户",)},
        ),
        Profile(
            "car12365",
            (("投诉品牌",), ("问题简述",), ("投诉时间",)),
            _car,
            ("id",),
            {"narrative": ("问题简述",)},
        ),
        Profile("shopping", (("cat",), ("review",)), _shopping, (), {"narrative": ("review",)}),
        Profile("generic", (_GENERIC["narrative"],), _generic, ("id", "编号"), _GENERIC),
    )
}
