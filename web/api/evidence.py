"""`/cases/{number}/evidence`: files of a case. They are downloaded only, never shown by our own site."""

from collections.abc import Sequence
from typing import Any, BinaryIO, Final, cast
from uuid import UUID

from flask import Response, request, send_file
from marshmallow import fields, validate
from sqlalchemy.orm import Session

from engine.errors import NotFound
from web.api.base import Answer, Blueprint, Schema, page_of
from web.faults import invalid
from web.hostile import check_text
from web.identity import me
from workflows import cases, dossier, evidence
from workflows.models import Evidence

blueprint = Blueprint(
    "evidence", __name__, url_prefix="/api/v1/cases/<number>/evidence", description="Evidence of a case, append-only"
)
_BODY: Final = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file"],
                "properties": {
                    "file": {"type": "string", "contentMediaType": "application/octet-stream"},
                    "kind": {"type": "string", "enum": list(evidence.KINDS), "default": "other"},
                    "source": {"type": "string", "maxLength": 500, "default": ""},
                },
            }
        }
    },
}


class EvidenceOut(Schema):
    """An item of evidence. `hash` chains it to the item before."""

    id = fields.UUID(required=True)
    seq = fields.Integer(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(evidence.KINDS))
    name = fields.String(required=True)
    media_type = fields.String(required=True)
    size = fields.Integer(required=True, metadata={"description": "Bytes"})
    sha256 = fields.String(required=True)
    url = fields.String(required=True, allow_none=True)
    source = fields.String(required=True)
    added_by = fields.String(required=True)
    added_at = fields.AwareDateTime(required=True)
    previous = fields.String(required=True)
    hash = fields.String(required=True)


class EvidenceIn(Schema):
    """What the file is; the file itself is the part `file`."""

    kind = fields.String(load_default="other", validate=validate.OneOf(evidence.KINDS))
    source = fields.String(load_default="", validate=validate.Length(0, 500))


class FlawOut(Schema):
    """What does not fit: `missing`, `altered` (the file) or `chain` (the record)."""

    seq = fields.Integer(required=True)
    code = fields.String(required=True)


class EvidenceVerified(Schema):
    """Whether files and chain are whole."""

    whole = fields.Boolean(required=True)
    flaws = fields.List(fields.Nested(FlawOut), required=True)


@blueprint.get("")
@blueprint.reads(page_of(EvidenceOut))
def listing(session: Session, number: str) -> dict[str, Sequence[Evidence] | None]:
    """List the evidence of a case in its order"""
    case = cases.open_case(session, me(), number)
    return {"items": evidence.of(session, case), "next": None}


@blueprint.post("")
@blueprint.doc(requestBody=_BODY)
@blueprint.commands(EvidenceOut, status=201, form=EvidenceIn)
def add(session: Session, form: dict[str, str], number: str) -> Answer:
    """Add a file

    The type is told by its content; active content (HTML, SVG, scripts) is refused.
    """
    case = cases.open_case(session, me(), number, "case.evidence")
    files = request.files.getlist("file")
    if len(files) != 1 or len(request.files) != 1:
        raise invalid("file", "required", "请附上一个文件", "Exactly one part named file is needed")
    check_text(files[0].filename or "", "file")
    stream = cast(BinaryIO, files[0].stream)
    name = files[0].filename or ""
    item = evidence.upload(session, me(), case, stream, name=name, kind=form["kind"], source=form["source"])
    return Answer(item, location=f"/api/v1/cases/{case.number}/evidence/{item.id}")


@blueprint.get("/verification")
@blueprint.reads(EvidenceVerified)
def verify(session: Session, number: str) -> dict[str, Any]:
    """Read every file again and recompute the chain"""
    case = cases.open_case(session, me(), number)
    flaws = evidence.verify(session, case)
    return {"whole": not flaws, "flaws": flaws}


@blueprint.get("/package")
@blueprint.binary
def package(session: Session, number: str) -> Response:
    """The whole file as a zip

    Evidence in order, letters, decisions, history, and an index with all hashes. Who took it is recorded.
    """
    case = cases.open_case(session, me(), number)
    made = dossier.package(session, me(), case)
    answer = send_file(
        made, mimetype="application/octet-stream", as_attachment=True, download_name=f"{case.number}.zip"
    )
    answer.call_on_close(made.close)
    return answer


@blueprint.get("/<uuid:evidence_id>")
@blueprint.binary
def download(session: Session, number: str, evidence_id: UUID) -> Response:
    """Download a file; who looked at it is recorded"""
    case = cases.open_case(session, me(), number)
    item = evidence.item(session, case, evidence_id)
    if item is None or item.url is not None or not evidence.path(item).exists():
        raise NotFound
    evidence.opened(session, me(), case, item)
    answer = send_file(
        evidence.path(item),
        mimetype="application/octet-stream",
        as_attachment=True,
        download_name=item.name,
        etag=False,
    )
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer
