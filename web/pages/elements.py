"""The names of the elements of a diagram, and of the processes it calls, in the reader's language."""

from uuid import UUID

from sqlalchemy.orm import Session

from engine import definitions
from web.i18n import say


def element_names(session: Session, definition_id: UUID) -> dict[str, str]:
    """Element -> name, the own before those of called processes; nameless ones are left out."""
    found: dict[str, str] = {}
    ahead = [definitions.compiled_by_id(session, definition_id)]
    while ahead:
        compiled = ahead.pop(0)
        for _, node in compiled.diagram.walk():
            if node.name_zh:
                found.setdefault(node.id, say(node.name_zh, node.name_en or node.name_zh))
        ahead += compiled.called.values()
    return found
