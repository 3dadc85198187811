"""`/cases`: complaint files. Everything here is authorised by `workflows.cases` and `workflows.people`."""

from dataclasses import replace
from typing import Any

from marshmallow import fields, validate
from sqlalchemy.orm import Session

from web import cursors, etag
from web.api.base import Answer, Blueprint, PageQuery, Schema, nothing, page_of
from web.faults import invalid
from web.identity import me
from workflows import cases, owners, parties, people, receiving, tallies
from workflows.models import Case, CaseStatus, Source
from workflows.receiving import Complaint

blueprint = Blueprint("cases", __name__, description="Complaint files (ISO 10002)")
_SHORT = validate.Length(0, 200)
_CURRENCY = validate.Regexp(r"^[A-Z]{3}$")
_MINOR = {"description": "Minor units of `currency` (分 for CNY)"}


class ComplainantOut(Schema):
    """A complainant as everybody may see them: masked."""

    name = fields.String(required=True)
    phone = fields.String(required=True)
    mail = fields.String(required=True)
    address = fields.String(required=True)
    kind = fields.String(required=True)
    tier = fields.String(required=True)


class ComplainantIn(Schema):
    """Who complains; a name or a way to reach them is needed."""

    name = fields.String(load_default="", validate=_SHORT)
    phone = fields.String(load_default="", validate=validate.Length(0, 40))
    mail = fields.String(load_default="", validate=_SHORT)
    address = fields.String(load_default="", validate=validate.Length(0, 500))
    kind = fields.String(
        load_default="consumer",
        validate=validate.OneOf(["consumer", "employee", "partner", "supplier", "regulator"]),
    )
    tier = fields.String(load_default="ordinary", validate=validate.OneOf(["ordinary", "vip"]))
    locale = fields.String(load_default="zh", validate=validate.OneOf(["zh", "en"]))


class CaseFields(Schema):
    """What lists and files of cases share."""

    id = fields.UUID(required=True)
    number = fields.String(required=True)
    status = fields.String(required=True, validate=validate.OneOf(list(CaseStatus)))
    summary = fields.String(required=True)
    channel = fields.String(required=True)
    source = fields.String(required=True, validate=validate.OneOf(list(Source)))
    received_at = fields.AwareDateTime(required=True)
    promised_at = fields.AwareDateTime(required=True, allow_none=True)
    nature = fields.String(required=True, allow_none=True)
    issue = fields.String(required=True, allow_none=True)
    severity = fields.Integer(required=True, allow_none=True)
    risk = fields.String(required=True, allow_none=True)
    owner = fields.String(required=True, allow_none=True)
    outcome = fields.String(required=True, allow_none=True)
    instance_id = fields.UUID(required=True, allow_none=True)


class CaseItem(CaseFields):
    """A case in a list; `complainant` is the masked name."""

    complainant = fields.Function(lambda case: parties.masked(case.party)["name"], metadata={"type": "string"})


class CaseOut(CaseFields):
    """A case file. Texts the complainant wrote are shown; who they are is masked."""

    held = fields.Boolean(required=True, metadata={"description": "Under legal hold: nothing of it is erased"})
    narrative = fields.String(required=True)
    original = fields.String(required=True, metadata={"description": "What the complainant said; never changes"})
    product = fields.String(required=True, allow_none=True)
    order_no = fields.String(required=True, allow_none=True)
    batch_no = fields.String(required=True, allow_none=True)
    branch = fields.String(required=True, allow_none=True)
    region = fields.String(required=True, allow_none=True)
    demand = fields.String(required=True, allow_none=True)
    amount_claimed = fields.Integer(required=True, metadata=_MINOR)
    amount_offered = fields.Integer(required=True, allow_none=True, metadata=_MINOR)
    currency = fields.String(required=True)
    occurred_at = fields.AwareDateTime(required=True, allow_none=True)
    closed_at = fields.AwareDateTime(required=True, allow_none=True)
    impact = fields.Integer(required=True, allow_none=True)
    urgency = fields.String(required=True, allow_none=True)
    flags = fields.Dict(required=True)
    cause = fields.String(required=True, allow_none=True)
    upheld = fields.String(required=True, allow_none=True)
    remedy = fields.String(required=True, allow_none=True)
    satisfaction = fields.String(required=True, allow_none=True)
    reopened = fields.Integer(required=True)
    read_back_by = fields.String(required=True, allow_none=True)
    read_back_at = fields.AwareDateTime(required=True, allow_none=True)
    rev = fields.Integer(required=True)
    complainant = fields.Nested(ComplainantOut, required=True)


class CaseIn(Schema):
    """A complaint as it arrives."""

    narrative = fields.String(required=True, validate=validate.Length(1, 50_000))
    channel = fields.String(required=True, validate=validate.OneOf(receiving.CHANNELS))
    complainant = fields.Nested(ComplainantIn, required=True)
    summary = fields.String(load_default="", validate=_SHORT)
    source = fields.Enum(Source, by_value=True, load_default=Source.EXTERNAL)
    locale = fields.String(load_default="zh", validate=validate.OneOf(["zh", "en"]))
    product = fields.String(load_default=None, allow_none=True, validate=_SHORT)
    order_no = fields.String(load_default=None, allow_none=True, validate=_SHORT)
    batch_no = fields.String(load_default=None, allow_none=True, validate=_SHORT)
    branch = fields.String(load_default=None, allow_none=True, validate=_SHORT)
    region = fields.String(load_default=None, allow_none=True, validate=_SHORT)
    demand = fields.String(load_default=None, allow_none=True, validate=validate.Length(0, 2000))
    amount_claimed = fields.Integer(load_default=0, strict=True, validate=validate.Range(0, 2**53), metadata=_MINOR)
    currency = fields.String(load_default="CNY", validate=_CURRENCY)
    occurred_at = fields.AwareDateTime(load_default=None, allow_none=True)
    received_at = fields.AwareDateTime(load_default=None, allow_none=True)
    named = fields.List(
        fields.UUID(), load_default=list, validate=validate.Length(0, 50), metadata={"description": "Staff it is about"}
    )
    read_back = fields.Boolean(
        load_default=False, metadata={"description": "It was repeated to the complainant, who confirmed it"}
    )
    post_url = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Length(0, 2000),
        metadata={"description": "Where it was said in public; kept as evidence"},
    )
    post_author = fields.String(load_default=None, allow_none=True, validate=_SHORT)
    message_id = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Length(1, 200),
        metadata={"description": "The sender's id of the message; the same one again is the case it made"},
    )


class CaseEdit(Schema):
    """Fields to change, and why."""

    summary = fields.String(validate=_SHORT)
    narrative = fields.String(validate=validate.Length(1, 50_000))
    product = fields.String(allow_none=True, validate=_SHORT)
    order_no = fields.String(allow_none=True, validate=_SHORT)
    batch_no = fields.String(allow_none=True, validate=_SHORT)
    branch = fields.String(allow_none=True, validate=_SHORT)
    region = fields.String(allow_none=True, validate=_SHORT)
    demand = fields.String(allow_none=True, validate=validate.Length(0, 2000))
    named = fields.List(fields.UUID(), validate=validate.Length(0, 50))
    occurred_at = fields.AwareDateTime(allow_none=True)
    reason = fields.String(load_default="", validate=validate.Length(0, 2000))


class CaseReceipt(Schema):
    """What a registered complaint got."""

    number = fields.String(required=True)
    id = fields.UUID(required=True)
    instance_id = fields.UUID(required=True, allow_none=True)
    received_at = fields.AwareDateTime(required=True)
    promised_at = fields.AwareDateTime(required=True, allow_none=True)
    rev = fields.Integer(required=True)


class CaseQuery(PageQuery):
    """Query of the list of cases."""

    status = fields.Enum(CaseStatus, by_value=True, load_default=nothing)
    channel = fields.String(load_default=nothing, validate=_SHORT)
    nature = fields.String(load_default=nothing, validate=_SHORT)
    risk = fields.String(load_default=nothing, validate=_SHORT)
    severity = fields.Integer(load_default=nothing, validate=validate.Range(1, 4))
    source = fields.Enum(Source, by_value=True, load_default=nothing)
    owner = fields.String(load_default=nothing, validate=_SHORT)
    batch_no = fields.String(load_default=nothing, validate=_SHORT)
    outcome = fields.String(load_default=nothing, validate=_SHORT)
    issue = fields.String(load_default=nothing, validate=_SHORT)
    satisfaction = fields.String(load_default=nothing, validate=_SHORT)
    received_from = fields.AwareDateTime(load_default=nothing)
    received_to = fields.AwareDateTime(load_default=nothing)
    closed_from = fields.AwareDateTime(load_default=nothing)
    span = fields.Integer(
        load_default=nothing,
        validate=validate.Range(0, len(tallies.SPANS) - 1),
        metadata={"description": "Class of the solving time: within 24 h, 3, 7, 15 days, longer"},
    )
    closed_to = fields.AwareDateTime(load_default=nothing)
    missed = fields.Boolean(load_default=nothing, metadata={"description": "Closed after the promised date"})
    text = fields.String(load_default=nothing, validate=_SHORT)


class Reason(Schema):
    """Why."""

    reason = fields.String(required=True, validate=validate.Length(1, 2000))


class OwnerIn(Schema):
    """Who is to answer for the case, and why."""

    owner = fields.UUID(required=True)
    reason = fields.String(required=True, validate=validate.Length(1, 2000))


class IdentityOut(Schema):
    """A complainant in clear."""

    name = fields.String(required=True)
    phone = fields.String(required=True)
    mail = fields.String(required=True)
    address = fields.String(required=True)


def _file(case: Case) -> dict[str, Any]:
    shown = {name: getattr(case, name) for name in CaseOut().fields if name != "complainant"}
    return {**shown, "complainant": parties.masked(case.party)}


@blueprint.get("")
@blueprint.reads(page_of(CaseItem), query=CaseQuery)
def listing(session: Session, query: dict[str, Any]) -> dict[str, Any]:
    """List the cases one may see, newest first

    `text` finds an acceptance number, order or batch number, part of the summary, or the complainant's phone or mail.
    """
    people.require(session, me(), "case.list")
    after, limit = cursors.unpack("cases", query.pop("after")), query.pop("limit")
    found = cases.listing(session, me(), cases.Filters(**query), after, limit + 1)
    return cursors.page("cases", found, limit, lambda case: (case.received_at, case.id))


@blueprint.post("")
@blueprint.commands(CaseReceipt, status=201, body=CaseIn)
def receive(session: Session, body: dict[str, Any]) -> Answer:
    """Register a complaint: number, file, process, acknowledgement

    Every wrong field is named (422).
    """
    people.require(session, me(), "case.create")
    message_id = body.pop("message_id")
    identity = parties.Identity(**body.pop("complainant"))
    named = tuple(str(person) for person in body.pop("named"))
    complaint = replace(Complaint(identity=identity, named=named, **body), source=body["source"].value)
    sender = f"{me().id}:{message_id}" if message_id else None  # nobody learns of another's case by guessing its id
    case = receiving.receive(session, complaint, actor=str(me().id), message_id=sender)
    return Answer(case, rev=case.rev, location=f"/api/v1/cases/{case.number}")


@blueprint.get("/<number>")
@blueprint.reads(CaseOut)
def show(session: Session, number: str) -> Answer:
    """Show a case file"""
    case = cases.open_case(session, me(), number)
    return Answer(_file(case), rev=case.rev)


@blueprint.patch("/<number>")
@blueprint.commands(CaseReceipt, body=CaseEdit, if_match=True, keyed=False)
def edit(session: Session, body: dict[str, Any], number: str) -> Answer:
    """Change fields of a case; what stood there before is kept"""
    rev = etag.required_rev()
    case = cases.open_case(session, me(), number, "case.edit")
    reason = body.pop("reason")
    if "named" in body:
        body["named"] = [str(person) for person in body["named"]]
    with etag.precondition(rev):
        case = cases.edit(session, me(), case, body, rev=rev, reason=reason)
    return Answer(case, rev=case.rev)


@blueprint.post("/<number>/reveal")
@blueprint.commands(IdentityOut, body=Reason, keyed=False)
def reveal(session: Session, body: dict[str, str], number: str) -> dict[str, str]:
    """See the complainant in clear; who looked and why is recorded"""
    case = cases.open_case(session, me(), number, "case.reveal")
    return cases.reveal(session, me(), case, reason=body["reason"])


@blueprint.post("/<number>/owner")
@blueprint.commands(CaseReceipt, body=OwnerIn)
def hand_over(session: Session, body: dict[str, Any], number: str) -> Answer:
    """Give a case another owner (managers, and heads of the owner); on record with its reason"""
    case = cases.open_case(session, me(), number, "case.hand_over")
    person = people.get(session, body["owner"])
    if person is None:
        raise invalid("owner", "unknown", "没有这个人", "There is no such person")
    case = owners.hand_over(session, me(), case, person, reason=body["reason"])
    return Answer(case, rev=case.rev)
