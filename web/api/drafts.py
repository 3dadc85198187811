"""`/drafts`: bundles on their way to publication: edited, checked, reviewed by a second person, published."""

from collections.abc import Mapping
from typing import Any

from marshmallow import fields, validate
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import bundles, copying, definitions, publishing
from engine.errors import NotFound
from engine.models import Draft, DraftState
from web import cursors, etag
from web.api.base import Answer, Blueprint, PageQuery, Schema, page_of
from web.api.definitions import DefinitionOut
from web.faults import invalid
from web.identity import me
from workflows import people, starters

blueprint = Blueprint("drafts", __name__, description="Processes being drawn")
_KEY = validate.Regexp(rf"^{bundles.KEY}\Z", error="String does not match expected pattern.")
_PATH = validate.Regexp(
    r"^[A-Za-z0-9_\-][A-Za-z0-9_\-./]{0,150}\.(bpmn|dmn|form|json)$", error="String does not match expected pattern."
)


def files_field(least: int = 1, **options: Any) -> fields.Dict:
    """The files of a bundle: path -> text."""
    return fields.Dict(
        keys=fields.String(validate=_PATH),
        values=fields.String(validate=validate.Length(0, 2_000_000)),
        validate=validate.Length(least, 200),
        **options,
    )


class DraftReceipt(Schema):
    """A draft without its files."""

    key = fields.String(required=True)
    rev = fields.Integer(required=True)
    state = fields.String(required=True, validate=validate.OneOf(list(DraftState)))
    name_zh = fields.String(required=True)
    name_en = fields.String(required=True)
    base_version = fields.Integer(required=True, allow_none=True)
    note = fields.String(required=True)
    author = fields.String(required=True)
    authors = fields.List(fields.String(), required=True)
    reviewer = fields.String(required=True, allow_none=True)
    reviewed_sha256 = fields.String(required=True, allow_none=True)
    updated_at = fields.AwareDateTime(required=True)


class DraftOut(DraftReceipt):
    """A draft with its files."""

    files = fields.Dict(required=True, metadata={"description": "Path -> text"})


class DraftIn(Schema):
    """A new draft: with files, from a source under a new key and names, or else of the newest published version.

    source: `starter:NAME` (something to begin with), `version:KEY` (a copy of what is published), `draft:KEY`.
    """

    key = fields.String(required=True, validate=_KEY)
    files = files_field(load_default=None, allow_none=True)
    source = fields.String(
        load_default=None, allow_none=True, validate=validate.Regexp(r"^(starter|version|draft):[a-z][a-z0-9-]{0,62}$")
    )
    name_zh = fields.String(load_default="", validate=validate.Length(0, 200))
    name_en = fields.String(load_default="", validate=validate.Length(0, 200))


class FilesIn(Schema):
    """All files of the draft; those not named are removed."""

    files = files_field(required=True)


class SubmitIn(Schema):
    """What was changed and why, for the reviewer and the list of versions."""

    note = fields.String(load_default="", validate=validate.Length(0, 2000))


class RejectIn(Schema):
    """Why a draft goes back to editing."""

    note = fields.String(required=True, validate=validate.Length(1, 2000))


class FindingOut(Schema):
    """What the publish gate says about an element; `error` refuses the bundle."""

    element = fields.String(required=True)
    code = fields.String(required=True)
    severity = fields.String(required=True)
    message_zh = fields.String(required=True)
    message_en = fields.String(required=True)
    file = fields.String(required=True)
    hint_zh = fields.String(required=True)
    hint_en = fields.String(required=True)


class CheckOut(Schema):
    """Whether the draft could be published, and all findings, errors first."""

    accepted = fields.Boolean(required=True)
    findings = fields.List(fields.Nested(FindingOut), required=True)


def _draft(session: Session, key: str) -> Draft:
    draft = session.get(Draft, key)
    if draft is None:
        raise NotFound
    return draft


def _bytes(files: Mapping[str, str]) -> dict[str, bytes]:
    return {path: text.encode() for path, text in files.items()}


@blueprint.get("")
@blueprint.reads(page_of(DraftReceipt), query=PageQuery)
def listing(session: Session, query: dict[str, Any]) -> dict[str, Any]:
    """List drafts by key"""
    found = select(Draft).order_by(Draft.key).limit(query["limit"] + 1)
    position = cursors.unpack("drafts", query["after"])
    if position is not None:
        found = found.where(Draft.key > position[0])
    return cursors.page("drafts", session.scalars(found).all(), query["limit"], lambda draft: (draft.key,))


@blueprint.post("")
@blueprint.commands(DraftReceipt, status=201, body=DraftIn)
def create(session: Session, body: dict[str, Any]) -> Answer:
    """Begin a draft, or open the one there is

    Without files or a source it is made from the newest published version.
    """
    people.require(session, me(), "definition.draft")
    author, key = str(me().id), body["key"]
    if body["files"] is not None:
        draft = definitions.create_draft(session, key, _bytes(body["files"]), author=author)
    elif body["source"] is not None:
        _require_new(session, key)
        files = _of_source(session, body["source"])
        names = (body["name_zh"] or body["name_en"] or key, body["name_en"] or body["name_zh"] or key)
        draft = definitions.create_draft(session, key, copying.renamed(files, key, *names), author=author)
    else:
        draft = definitions.open_draft(session, key, author=author)
    return Answer(draft, rev=draft.rev, location=f"/api/v1/drafts/{draft.key}")


def _require_new(session: Session, key: str) -> None:
    """A copy is a process of its own: it never takes the place of one there is. Raises Invalid at `key`."""
    if definitions.versions(session, key) or session.get(Draft, key) is not None:
        free = definitions.free_key(session, key)
        zh, en = f"标识 {key} 已被使用，可改用 {free}", f"The key {key} is in use already: use {free} instead"
        raise invalid("key", "taken", zh, en)


def _of_source(session: Session, source: str) -> dict[str, bytes]:
    kind, _, name = source.partition(":")
    if kind == "starter":
        if name not in starters.BORROWED:
            raise invalid("source", "unknown", f"没有名为 {name} 的模板", f"There is no starter {name}")
        return starters.files(name)
    if kind == "version":
        return definitions.files(session, definitions.latest(session, name))
    return {file.path: bytes(file.content) for file in _draft(session, name).files}


@blueprint.get("/<key>")
@blueprint.reads(DraftOut)
def show(session: Session, key: str) -> Answer:
    """Show a draft with its files"""
    draft = _draft(session, key)
    shown = {name: getattr(draft, name) for name in DraftReceipt().fields}
    shown["files"] = {file.path: file.content.decode("utf-8", "replace") for file in draft.files}
    return Answer(shown, rev=draft.rev)


@blueprint.put("/<key>")
@blueprint.commands(DraftReceipt, body=FilesIn, if_match=True, keyed=False)
def save(session: Session, body: dict[str, Any], key: str) -> Answer:
    """Replace the files of a draft"""
    people.require(session, me(), "definition.draft")
    rev = etag.required_rev()
    with etag.precondition(rev):
        draft = definitions.save_draft(session, key, _bytes(body["files"]), author=str(me().id), if_rev=rev)
    return Answer(draft, rev=draft.rev)


@blueprint.delete("/<key>")
@blueprint.commands(DraftReceipt, status=204, if_match=True, keyed=False)
def delete(session: Session, key: str) -> Answer:
    """Throw a draft away; published versions stay"""
    people.require(session, me(), "definition.draft")
    rev = etag.required_rev()
    with etag.precondition(rev):
        definitions.delete_draft(session, key, if_rev=rev)
    return Answer(None)


@blueprint.post("/<key>/check")
@blueprint.commands(CheckOut, keyed=False)
def check(session: Session, key: str) -> dict[str, Any]:
    """Ask the publish gate without publishing"""
    findings = publishing.report(session, {file.path: bytes(file.content) for file in _draft(session, key).files})
    return {"accepted": all(finding.severity != "error" for finding in findings), "findings": findings}


@blueprint.post("/<key>/submit")
@blueprint.commands(DraftReceipt, body=SubmitIn, if_match=True)
def submit(session: Session, body: dict[str, str], key: str) -> Answer:
    """Hand a draft in for review; refused while the gate finds errors"""
    people.require(session, me(), "definition.draft")
    rev = etag.required_rev()
    with etag.precondition(rev):
        draft = definitions.submit_draft(session, key, author=str(me().id), if_rev=rev, note=body["note"])
    return Answer(draft, rev=draft.rev)


@blueprint.post("/<key>/reject")
@blueprint.commands(DraftReceipt, body=RejectIn, if_match=True)
def reject(session: Session, body: dict[str, str], key: str) -> Answer:
    """Send a draft back to editing: its author takes it back, or the reviewer asks for more

    The note stays with the draft until it is handed in again.
    """
    if not people.may(session, me(), "definition.approve"):
        people.require(session, me(), "definition.draft")
    rev = etag.required_rev()
    with etag.precondition(rev):
        draft = definitions.reject_draft(session, key, reviewer=str(me().id), if_rev=rev, note=body["note"])
    return Answer(draft, rev=draft.rev)


@blueprint.post("/<key>/approve")
@blueprint.commands(DraftReceipt, if_match=True)
def approve(session: Session, key: str) -> Answer:
    """Approve what was submitted; never by its author"""
    people.require(session, me(), "definition.approve")
    rev = etag.required_rev()
    with etag.precondition(rev):
        draft = definitions.approve_draft(session, key, reviewer=str(me().id), if_rev=rev)
    return Answer(draft, rev=draft.rev)


@blueprint.post("/<key>/publish")
@blueprint.commands(DefinitionOut, status=201, if_match=True)
def publish(session: Session, key: str) -> Answer:
    """Publish an approved draft as the next version"""
    people.require(session, me(), "definition.publish")
    rev = etag.required_rev()
    with etag.precondition(rev):
        definition = definitions.publish_draft(session, key, author=str(me().id), if_rev=rev)
    return Answer(definition, location=f"/api/v1/definitions/{key}/versions/{definition.version}")
