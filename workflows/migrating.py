"""Migration and the gate: another version of the diagram must not lead around legal review and approval."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from engine import definitions
from engine.hooks import Command
from engine.spiff.compiled import Compiled
from engine.spiff.model import Process
from workflows import cases, gates
from workflows.errors import GateClosed
from workflows.models import Case


def guard(session: Session, case: Case, command: Command) -> None:
    """Refuse to migrate a token past the release of a plan which is not released.

    Neither onto an element behind the release, nor to where the new diagram leads to what needs a release without
    passing one, unless the old diagram did so too. Raises GateClosed.
    """
    plan = cases.latest_plan(session, case)
    if plan is not None and plan.released_at is not None:
        return
    old, new = (definitions.compiled_by_id(session, UUID(str(command.data[side]))) for side in ("source", "target"))
    for token in command.data["tokens"]:
        before, after = _process(old, token["process"]), _process(new, token["target_process"])
        if after is not None and _leads_around(before, after, token):
            raise GateClosed(
                "the new version would lead this token around legal review and approval",
                element=token["element"],
                zh="新版本会使该令牌绕过法务审核与审批",
            )


def _process(compiled: Compiled, process_id: str) -> Process | None:
    """A process of the version, or of one it calls."""
    found = compiled.diagram.processes.get(process_id)
    inner = (each for called in compiled.called.values() if (each := _process(called, process_id)) is not None)
    return found if found is not None else next(inner, None)


def _leads_around(before: Process | None, after: Process, token: Mapping[str, Any]) -> bool:
    if token["target"] in gates.behind_release(after):
        return True
    was = before is not None and gates.unreleased_ahead(before, token["element"])
    return gates.unreleased_ahead(after, token["target"]) and not was
