"""Bundles as a whole: import, export, comparison, trying a decision, and the catalog a studio offers to choose from."""

import io
import zipfile
from collections.abc import Mapping
from typing import Any, Final

from flask import Response
from marshmallow import fields, validate
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import bundles, definitions, differ, dmn, functions, layout
from engine.errors import Invalid, NotFound
from engine.feel import BudgetExceeded, FeelError, to_plain
from engine.models import Draft
from engine.spiff.read import read
from web.api import importing
from web.api.base import Answer, Blueprint, Schema
from web.api.definitions import VERSION, DefinitionOut, attachment
from web.api.drafts import DraftReceipt, files_field
from web.faults import invalid
from web.identity import me
from workflows import deadlines, people
from workflows.models import Department

blueprint = Blueprint("bundles", __name__, url_prefix="/api/v1", description="Bundles: import, export, compare, try")
_KEY: Final = validate.Regexp(rf"^{bundles.KEY}\Z", error="String does not match expected pattern.")


class ChoiceOut(Schema):
    """Something to choose in the studio, in both languages."""

    code = fields.String(required=True)
    name_zh = fields.String(required=True)
    name_en = fields.String(required=True)


class FunctionOut(Schema):
    """A function which automatic work of a diagram may name."""

    name = fields.String(required=True)
    title_zh = fields.String(required=True)
    title_en = fields.String(required=True)


class CalledProcessOut(ChoiceOut):
    """A published process which a diagram may call: `code` is its process id, `key` that of its definition."""

    key = fields.String(required=True)


class CatalogOut(Schema):
    """What diagrams may refer to."""

    processes = fields.List(fields.Nested(CalledProcessOut), required=True)

    departments = fields.List(fields.Nested(ChoiceOut), required=True)
    deadlines = fields.List(fields.Nested(ChoiceOut), required=True)
    functions = fields.List(fields.Nested(FunctionOut), required=True)


class DiagramOut(Schema):
    """The diagram of the bundle's main process."""

    path = fields.String(required=True)
    xml = fields.String(required=True)


class TryIn(Schema):
    """A decision of a draft's file, and values for its inputs."""

    path = fields.String(required=True, validate=validate.Length(1, 200))
    decision = fields.String(required=True, validate=validate.Length(1, 200))
    context = fields.Dict(required=True)


class TryOut(Schema):
    """The result and how it came about."""

    value = fields.Raw(required=True, allow_none=True)
    trace = fields.List(fields.Dict(), required=True)
    diagnostics = fields.List(fields.Dict(), required=True)


class ChangeOut(Schema):
    """One difference between two versions."""

    kind = fields.String(required=True, validate=validate.OneOf(["added", "removed", "changed", "moved"]))
    sort = fields.String(required=True)
    element = fields.String(required=True)
    where = fields.String(required=True)
    field = fields.String(required=True)
    old = fields.String(required=True)
    new = fields.String(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)


class ChangesOut(Schema):
    """All differences, removed ones first."""

    items = fields.List(fields.Nested(ChangeOut), required=True)


class SidesQuery(Schema):
    """The two sides: a version number, or `draft`."""

    old = fields.String(required=True, validate=validate.Regexp(r"^(draft|[1-9][0-9]{0,8})$"))
    new = fields.String(required=True, validate=validate.Regexp(r"^(draft|[1-9][0-9]{0,8})$"))


class StatesIn(Schema):
    """Two states of some files of a bundle, as they are being edited."""

    old = files_field(least=0, required=True)
    new = files_field(least=0, required=True)


class NoteIn(Schema):
    """Why."""

    note = fields.String(required=True, validate=validate.Length(1, 2000))


class ImportIn(Schema):
    """The key of the draft to be made; the files themselves are the parts `file`.

    existing: it is meant as a draft of the process which is published under this key.
    """

    key = fields.String(required=True, validate=_KEY)
    existing = fields.Boolean(load_default=False)
    name_zh = fields.String(load_default="", validate=validate.Length(0, 200))
    name_en = fields.String(load_default="", validate=validate.Length(0, 200))


class NoteOut(Schema):
    """What an import did with one part of a foreign file."""

    element = fields.String(required=True)
    outcome = fields.String(required=True)
    what = fields.String(required=True)
    old = fields.String(required=True)
    new = fields.String(required=True)
    message_zh = fields.String(required=True)
    message_en = fields.String(required=True)


class ImportOut(Schema):
    """The draft which an import made, and what was translated, kept, or not understood."""

    draft = fields.Nested(DraftReceipt, required=True)
    notes = fields.List(fields.Nested(NoteOut), required=True)


def side(session: Session, key: str, which: str) -> dict[str, bytes]:
    """The files of a version (its number as text) or of the draft (`draft`). Raises NotFound."""
    if which != "draft":
        return definitions.files(session, definitions.version_of(session, key, int(which)))
    draft = session.get(Draft, key)
    if draft is None:
        raise NotFound
    return {file.path: bytes(file.content) for file in draft.files}


@blueprint.get("/catalog")
@blueprint.reads(CatalogOut)
def catalog(session: Session) -> dict[str, Any]:
    """Show what diagrams may refer to: processes, departments, deadlines, functions"""
    rows = session.scalars(select(Department).order_by(Department.code))
    return {
        "processes": [
            {"code": one.process_id, "key": one.key, "name_zh": one.name_zh, "name_en": one.name_en}
            for one in definitions.listing(session)
        ],
        "departments": list(rows),
        "deadlines": [{"code": step, "name_zh": zh, "name_en": en} for step, zh, en in deadlines.steps(session)],
        "functions": sorted(functions.registered().values(), key=lambda one: one.name),
    }


@blueprint.post("/drafts/<key>/evaluate")
@blueprint.commands(TryOut, body=TryIn, keyed=False)
def evaluate(session: Session, body: dict[str, Any], key: str) -> dict[str, Any]:
    """Evaluate a decision of a draft with given values"""
    people.require(session, me(), "definition.read")
    content = side(session, key, "draft").get(body["path"])
    if content is None:
        raise NotFound
    try:
        result = dmn.load(content).evaluate(body["decision"], body["context"])
    except (dmn.DmnError, FeelError, BudgetExceeded) as error:
        raise Invalid(str(error)) from error
    return {
        "value": to_plain(result.value),
        "trace": result.trace_plain(),
        "diagnostics": [note.plain() for note in result.diagnostics],
    }


@blueprint.get("/definitions/<key>/changes")
@blueprint.reads(ChangesOut, query=SidesQuery)
def changes(session: Session, query: dict[str, str], key: str) -> dict[str, Any]:
    """Compare two versions, or a version with the draft"""
    people.require(session, me(), "definition.read")
    return {"items": differ.diff(side(session, key, query["old"]), side(session, key, query["new"]))}


@blueprint.post("/drafts/<key>/compare")
@blueprint.commands(ChangesOut, body=StatesIn, keyed=False)
def compare(session: Session, body: dict[str, dict[str, str]], key: str) -> dict[str, Any]:
    """Compare two states of files which are not saved: what each of two editors changed

    Nothing is kept.
    """
    people.require(session, me(), "definition.draft")
    side(session, key, "draft")
    old, new = ({path: text.encode() for path, text in body[name].items()} for name in ("old", "new"))
    return {"items": differ.diff(old, new)}


@blueprint.get("/drafts/<key>/diagram")
@blueprint.reads(DiagramOut)
def draft_diagram(session: Session, key: str) -> dict[str, str]:
    """Show the main diagram of a draft"""
    return _diagram(side(session, key, "draft"))


@blueprint.get(f"/definitions/<key>/versions/{VERSION}/diagram")
@blueprint.reads(DiagramOut)
def version_diagram(session: Session, key: str, version: int) -> dict[str, str]:
    """Show the main diagram of a version"""
    people.require(session, me(), "definition.read")
    return _diagram(side(session, key, str(version)))


@blueprint.get("/drafts/<key>/bundle")
@blueprint.binary
def draft_bundle(session: Session, key: str) -> Response:
    """Download a draft as a zip"""
    return attachment(zipped(side(session, key, "draft")), f"{key}-draft.zip")


@blueprint.get(f"/definitions/<key>/versions/{VERSION}/bundle")
@blueprint.binary
def version_bundle(session: Session, key: str, version: int) -> Response:
    """Download a version as a zip"""
    people.require(session, me(), "definition.read")
    return attachment(zipped(side(session, key, str(version))), f"{key}-{version}.zip")


@blueprint.post(f"/definitions/<key>/versions/{VERSION}/republish")
@blueprint.commands(DefinitionOut, status=201, body=NoteIn)
def republish(session: Session, body: dict[str, str], key: str, version: int) -> Answer:
    """Publish the content of an older version as the newest: roll back at once

    For those with the right to in an emergency, and for none of the authors of that content.
    """
    people.require(session, me(), "definition.rollback")
    made = definitions.republish(session, key, version, author=str(me().id), note=body["note"])
    return Answer(made, location=f"/api/v1/definitions/{key}/versions/{made.version}")


@blueprint.post(f"/definitions/<key>/versions/{VERSION}/propose")
@blueprint.commands(DraftReceipt, status=201, body=NoteIn)
def propose(session: Session, body: dict[str, str], key: str, version: int) -> Answer:
    """Hand the content of an older version in for review: roll back by a second person"""
    people.require(session, me(), "definition.draft")
    draft = definitions.propose_version(session, key, version, author=str(me().id), note=body["note"])
    return Answer(draft, rev=draft.rev, location=f"/api/v1/drafts/{draft.key}")


@blueprint.post("/drafts/import")
@blueprint.doc(
    requestBody={
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file", "key"],
                    "properties": {
                        "file": {"type": "array", "items": {"type": "string", "contentMediaType": "application/xml"}},
                        "key": {"type": "string", "pattern": "^[a-z][a-z0-9-]{0,62}$"},
                        "existing": {"type": "boolean"},
                        "name_zh": {"type": "string", "maxLength": 200},
                        "name_en": {"type": "string", "maxLength": 200},
                    },
                }
            }
        },
    }
)
@blueprint.commands(ImportOut, status=201, form=ImportIn)
def import_files(session: Session, form: dict[str, Any]) -> Answer:
    """Make a draft of files drawn elsewhere

    BPMN of Camunda 7 and 8, Flowable, Activiti and SpiffWorkflow, DMN, forms, or a zip of them. Nothing is dropped.
    """
    people.require(session, me(), "definition.draft")
    if not form["existing"] and definitions.versions(session, form["key"]):
        free = definitions.free_key(session, form["key"])
        raise invalid(
            "key",
            "published",
            f"标识 {form['key']} 已有发布的流程：可改用 {free}，或选择作为该流程的草稿导入",
            f"{form['key']} is a published process: use {free} instead, or import it as a draft of that process",
        )
    given = importing.uploaded()
    files, notes = importing.translated(given)
    files["bundle.json"] = importing.manifest(form, files)
    draft = definitions.create_draft(session, form["key"], files, author=str(me().id))
    data = {"draft": draft, "notes": [note.as_json() for note in notes]}
    return Answer(data, rev=draft.rev, location=f"/api/v1/drafts/{draft.key}")


def _diagram(files: Mapping[str, bytes]) -> dict[str, str]:
    process = bundles.manifest(files).process
    found = read(files)[0].processes.get(process)
    path = found.file if found else next((path for path in sorted(files) if path.endswith(".bpmn")), "")
    if not path:
        raise NotFound
    return {"path": path, "xml": layout.drawn(files[path]).decode("utf-8", "replace")}


def zipped(files: Mapping[str, bytes]) -> bytes:
    """The files as a zip; equal files give equal bytes."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(files):
            archive.writestr(zipfile.ZipInfo(path), files[path])
    return content.getvalue()
