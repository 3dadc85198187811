"""`/definitions`: published, immutable versions of process bundles."""

import hashlib
from typing import Any

from flask import Response
from marshmallow import fields
from sqlalchemy.orm import Session

from engine import definitions
from engine.errors import NotFound
from engine.models import DefinitionFile, ProcessDefinition
from web import cursors
from web.api.base import Blueprint, PageQuery, Schema, page_of
from web.identity import me
from workflows import people

blueprint = Blueprint("definitions", __name__, description="Published processes")
VERSION = "<int(max=2147483647):version>"


class DefinitionOut(Schema):
    """A published version."""

    id = fields.UUID(required=True)
    key = fields.String(required=True)
    version = fields.Integer(required=True)
    process_id = fields.String(required=True)
    name_zh = fields.String(required=True)
    name_en = fields.String(required=True)
    sha256 = fields.String(required=True)
    note = fields.String(required=True)
    author = fields.String(required=True)
    authors = fields.List(fields.String(), required=True)
    approver = fields.String(required=True, allow_none=True)
    published_at = fields.AwareDateTime(required=True)
    retired_at = fields.AwareDateTime(required=True, allow_none=True)


class DefinitionDetail(DefinitionOut):
    """A published version with the gate's report and the versions of the processes it calls."""

    lint = fields.List(fields.Dict(), required=True)
    bound = fields.Dict(required=True, metadata={"description": "Called process id -> definition id"})


class FileOut(Schema):
    """A file of a bundle."""

    path = fields.String(required=True)
    size = fields.Integer(required=True, metadata={"description": "Bytes"})
    sha256 = fields.String(required=True)


def _version(session: Session, key: str, version: int) -> ProcessDefinition:
    people.require(session, me(), "definition.read")
    return definitions.version_of(session, key, version)


@blueprint.get("")
@blueprint.reads(page_of(DefinitionOut), query=PageQuery)
def listing(session: Session, query: dict[str, Any]) -> dict[str, Any]:
    """List the newest version of every process, by key"""
    people.require(session, me(), "definition.read")
    position = cursors.unpack("definitions", query["after"])
    found = [one for one in definitions.listing(session) if position is None or one.key > position[0]]
    return cursors.page("definitions", found, query["limit"], lambda one: (one.key,))


@blueprint.get("/<key>/versions")
@blueprint.reads(page_of(DefinitionOut), query=PageQuery)
def versions(session: Session, query: dict[str, Any], key: str) -> dict[str, Any]:
    """List the versions of a process, newest first"""
    people.require(session, me(), "definition.read")
    position = cursors.unpack(f"versions:{key}", query["after"])
    known = definitions.versions(session, key)
    if not known:
        raise NotFound
    found = [one for one in known if position is None or one.version < position[0]]
    return cursors.page(f"versions:{key}", found, query["limit"], lambda one: (one.version,))


@blueprint.get(f"/<key>/versions/{VERSION}")
@blueprint.reads(DefinitionDetail)
def show(session: Session, key: str, version: int) -> ProcessDefinition:
    """Show a version"""
    return _version(session, key, version)


@blueprint.get(f"/<key>/versions/{VERSION}/files")
@blueprint.reads(page_of(FileOut))
def files(session: Session, key: str, version: int) -> dict[str, Any]:
    """List the files of a version"""
    items = [
        {"path": file.path, "size": len(file.content), "sha256": hashlib.sha256(file.content).hexdigest()}
        for file in _version(session, key, version).files
    ]
    return {"items": items, "next": None}


@blueprint.get(f"/<key>/versions/{VERSION}/files/<path:path>")
@blueprint.binary
def file(session: Session, key: str, version: int, path: str) -> Response:
    """Download a file of a version"""
    found = session.get(DefinitionFile, (_version(session, key, version).id, path))
    if found is None:
        raise NotFound
    return attachment(found.content, path)


def attachment(content: bytes, name: str) -> Response:
    """Bytes to keep, never to show."""
    answer = Response(content, mimetype="application/octet-stream")
    answer.headers.set("Content-Disposition", "attachment", filename=name.rpartition("/")[2])
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer
