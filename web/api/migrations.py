"""`/migrations`: moving running instances to another version: plan, preview, start, progress, undo."""

from typing import Any
from uuid import UUID

from marshmallow import fields, validate
from sqlalchemy.orm import Session

from engine import definitions, migration
from engine.db import transaction
from engine.migration import ItemStatus, Migration, MigrationStatus, Plan, Timers
from engine.migration.plans import MOST_MAPPED, as_json
from web import cursors
from web.api.base import MOST_ITEMS, Answer, Blueprint, PageQuery, Schema, nothing, page_of
from web.identity import me
from workflows import people

blueprint = Blueprint("migrations", __name__, description="Moving running instances to another version")
MOST_INSTANCES = 10_000
BATCH = 100
_ID = validate.Length(1, 200)


class PlanIn(Schema):
    """From which version to which; `mapping` names old -> new element ids where they differ."""

    key = fields.String(required=True, validate=_ID)
    from_version = fields.Integer(required=True, validate=validate.Range(1, 2_147_483_647))
    to_version = fields.Integer(required=True, validate=validate.Range(1, 2_147_483_647))
    mapping = fields.Dict(
        keys=fields.String(validate=_ID),
        values=fields.String(validate=_ID),
        load_default=dict,
        validate=validate.Length(0, MOST_MAPPED),
    )


class ChosenIn(PlanIn):
    """The plan, which instances (all without `instance_ids`), and what happens to their deadlines."""

    instance_ids = fields.List(fields.UUID(), load_default=nothing, validate=validate.Length(1, MOST_INSTANCES))
    timers = fields.Enum(Timers, by_value=True, load_default=Timers.KEEP)


class PreviewIn(ChosenIn):
    """What to try on copies; a page at a time."""

    limit = fields.Integer(load_default=50, validate=validate.Range(1, MOST_ITEMS))
    after = fields.String(load_default=nothing, validate=validate.Length(1, 1000))


class StartIn(ChosenIn):
    """What to carry out, and why."""

    reason = fields.String(required=True, validate=validate.Length(1, 2000))


class UndoIn(Schema):
    """Why, and which instances (all without `instance_ids`)."""

    reason = fields.String(required=True, validate=validate.Length(1, 2000))
    instance_ids = fields.List(fields.UUID(), load_default=nothing, validate=validate.Length(1, MOST_INSTANCES))


class BundleChangeOut(Schema):
    """A difference between the versions, as a plain sentence."""

    kind = fields.String(required=True)
    sort = fields.String(required=True)
    element = fields.String(required=True)
    where = fields.String(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)
    field = fields.String(required=True)
    old = fields.String(required=True)
    new = fields.String(required=True)


class PlanElementOut(Schema):
    """An element of the old version and where it goes; `tokens`: how many wait there now."""

    element = fields.String(required=True)
    kind = fields.String(required=True)
    name_zh = fields.String(required=True)
    name_en = fields.String(required=True)
    process = fields.String(required=True)
    target = fields.String(required=True, allow_none=True)
    status = fields.String(required=True, validate=validate.OneOf(["same", "mapped", "changed", "gone"]))
    tokens = fields.Integer(required=True)


class PlanProblemOut(Schema):
    """What stands in the way, or should be known."""

    element = fields.String(required=True)
    code = fields.String(required=True)
    severity = fields.String(required=True, validate=validate.OneOf(["error", "warning"]))
    message_zh = fields.String(required=True)
    message_en = fields.String(required=True)


class PlanOut(Schema):
    """How instances of one version would run on another; `startable`: the mapping is not wrong in itself."""

    key = fields.String(required=True)
    from_version = fields.Integer(required=True)
    to_version = fields.Integer(required=True)
    mapping = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    instances = fields.Integer(required=True)
    startable = fields.Boolean(required=True)
    changes = fields.List(fields.Nested(BundleChangeOut), required=True)
    elements = fields.List(fields.Nested(PlanElementOut), required=True)
    problems = fields.List(fields.Nested(PlanProblemOut), required=True)


class MigrationReasonOut(Schema):
    """Why an instance stays where it is."""

    element = fields.String(required=True)
    code = fields.String(required=True)
    message_zh = fields.String(required=True)
    message_en = fields.String(required=True)


class TokenLineOut(Schema):
    """Where a token stands and where it will stand."""

    token_id = fields.String(required=True)
    element = fields.String(required=True)
    target = fields.String(required=True)
    kind = fields.String(required=True)
    process = fields.String(required=True)
    target_process = fields.String(required=True)


class TimerLineOut(Schema):
    """A deadline before and after; null before: it is new, null after: it is gone, `due`: it happens at once."""

    kind = fields.String(required=True, validate=validate.OneOf(["timer", "task"]))
    element = fields.String(required=True)
    old_due = fields.AwareDateTime(required=True, allow_none=True)
    new_due = fields.AwareDateTime(required=True, allow_none=True)
    due = fields.Boolean(required=True)


class VerdictOut(Schema):
    """What would happen to one instance."""

    instance_id = fields.UUID(required=True)
    business_key = fields.String(required=True)
    status = fields.String(required=True)
    ok = fields.Boolean(required=True)
    reasons = fields.List(fields.Nested(MigrationReasonOut), required=True)
    tokens = fields.List(fields.Nested(TokenLineOut), required=True)
    timers = fields.List(fields.Nested(TimerLineOut), required=True)


class MigrationOut(Schema):
    """An order to migrate. `progress`: instances by status."""

    id = fields.UUID(required=True)
    key = fields.String(required=True, attribute="source.key")
    from_version = fields.Integer(required=True, attribute="source.version")
    to_version = fields.Integer(required=True, attribute="target.version")
    mapping = fields.Dict(required=True)
    timers = fields.String(required=True)
    actor = fields.String(required=True)
    reason = fields.String(required=True)
    status = fields.String(required=True, validate=validate.OneOf([each.value for each in MigrationStatus]))
    created_at = fields.AwareDateTime(required=True)
    finished_at = fields.AwareDateTime(required=True, allow_none=True)
    undone_by = fields.String(required=True, allow_none=True)
    undo_reason = fields.String(required=True, allow_none=True)


class MigrationDetail(MigrationOut):
    """An order to migrate and how far it is."""

    progress = fields.Dict(
        keys=fields.String(),
        values=fields.Integer(),
        required=True,
        metadata={"description": "Instances by status: pending migrated refused ended returning returned kept"},
    )


class MigrationItemOut(Schema):
    """What became of one instance."""

    instance_id = fields.UUID(required=True)
    business_key = fields.String(required=True)
    status = fields.String(required=True, validate=validate.OneOf([each.value for each in ItemStatus]))
    reasons = fields.List(fields.Nested(MigrationReasonOut), required=True)
    tokens = fields.List(fields.Nested(TokenLineOut), required=True)
    done_at = fields.AwareDateTime(required=True, allow_none=True)


class MigrationQuery(PageQuery):
    """Query of the list of migrations."""

    key = fields.String(load_default=nothing, validate=_ID)


class ItemQuery(PageQuery):
    """Query of the instances of a migration."""

    status = fields.Enum(ItemStatus, by_value=True, load_default=nothing)


def _planned(session: Session, body: dict[str, Any]) -> Plan:
    people.require(session, me(), "instance.migrate")
    old = definitions.version_of(session, body["key"], body["from_version"])
    new = definitions.version_of(session, body["key"], body["to_version"])
    return migration.plan(session, old, new, body["mapping"])


def _detail(session: Session, found: Migration) -> dict[str, Any]:
    shown = {name: getattr(found, name) for name in MigrationOut().fields if hasattr(found, name)}
    return shown | {"source": found.source, "target": found.target, "progress": migration.progress(session, found.id)}


@blueprint.post("/plan")
@blueprint.commands(PlanOut, body=PlanIn, keyed=False)
def plan(session: Session, body: dict[str, Any]) -> dict[str, Any]:
    """Compare two versions: what changed, where each element goes, what stands in the way; writes nothing"""
    return as_json(_planned(session, body))


@blueprint.post("/preview")
@blueprint.commands(page_of(VerdictOut), body=PreviewIn, keyed=False)
def preview(session: Session, body: dict[str, Any]) -> dict[str, Any]:
    """Try every instance on a copy and say what would happen; writes nothing"""
    position = cursors.unpack("migration-preview", body["after"])
    found = migration.preview(
        session,
        _planned(session, body),
        instance_ids=body["instance_ids"],
        timers=body["timers"],
        after=position[0] if position else None,
        limit=body["limit"] + 1,
        actor=str(me().id),
    )
    return cursors.page("migration-preview", found, body["limit"], lambda each: (each.instance_id,))


@blueprint.post("")
@blueprint.commands(MigrationDetail, body=StartIn, status=201)
def start(session: Session, body: dict[str, Any]) -> Answer:
    """Order the migration; it is carried out in the background, and refused instances say why"""
    made = migration.start(
        session,
        _planned(session, body),
        actor=str(me().id),
        reason=body["reason"],
        instance_ids=body["instance_ids"],
        timers=body["timers"],
    )
    return Answer(_detail(session, made), location=f"/api/v1/migrations/{made.id}")


@blueprint.get("")
@blueprint.reads(page_of(MigrationOut), query=MigrationQuery)
def listing(session: Session, query: dict[str, Any]) -> dict[str, Any]:
    """List migrations, newest first"""
    people.require(session, me(), "instance.migrate")
    position = cursors.unpack("migrations", query["after"])
    after = position[0] if position else None
    found = migration.listing(session, key=query["key"], after=after, limit=query["limit"] + 1)
    return cursors.page("migrations", found, query["limit"], lambda each: (each.id,))


@blueprint.get("/<uuid:migration_id>")
@blueprint.reads(MigrationDetail)
def show(session: Session, migration_id: UUID) -> dict[str, Any]:
    """Show a migration and how far it is"""
    people.require(session, me(), "instance.migrate")
    return _detail(session, migration.get(session, migration_id))


@blueprint.get("/<uuid:migration_id>/items")
@blueprint.reads(page_of(MigrationItemOut), query=ItemQuery)
def items(session: Session, query: dict[str, Any], migration_id: UUID) -> dict[str, Any]:
    """What became of each instance, with reasons"""
    people.require(session, me(), "instance.migrate")
    name = f"migration:{migration.get(session, migration_id).id}"
    position = cursors.unpack(name, query["after"])
    found = migration.items(
        session,
        migration_id,
        status=query["status"],
        after=position[0] if position else None,
        limit=query["limit"] + 1,
    )
    rows = [
        {
            "instance_id": item.instance_id,
            "business_key": business_key,
            "status": str(item.status),
            "reasons": item.reasons,
            "tokens": item.moved,
            "done_at": item.done_at,
        }
        for item, business_key in found
    ]
    return cursors.page(name, rows, query["limit"], lambda row: (row["instance_id"],))


@blueprint.post("/<uuid:migration_id>/run")
@blueprint.commands(MigrationDetail, keyed=False)
def run(session: Session, migration_id: UUID) -> dict[str, Any]:
    """Carry out a batch now instead of waiting for a worker; repeating it is harmless"""
    people.require(session, me(), "instance.migrate")
    found = migration.get(session, migration_id)
    migration.run_batch(transaction, migration_id, limit=BATCH)
    session.refresh(found)
    return _detail(session, found)


@blueprint.post("/<uuid:migration_id>/undo")
@blueprint.commands(MigrationDetail, body=UndoIn)
def undo(session: Session, body: dict[str, Any], migration_id: UUID) -> dict[str, Any]:
    """Order that what was migrated be put back; what has moved on since stays, with a reason"""
    people.require(session, me(), "instance.migrate")
    migration.undo(session, migration_id, actor=str(me().id), reason=body["reason"], instance_ids=body["instance_ids"])
    return _detail(session, migration.get(session, migration_id))
