"""The names of the elements of a diagram, and of the processes it calls, in the reader's language."""

from uuid import UUID

from sqlalchemy.orm import Session

from engine import definitions
from web.i18n import say


def element_names(session: Session, definition_id: UUID) -> dict[str, str]:
    """Element -> name, the own before those of called processes; nameless ones are left out."""
    return {element: say(*names) for element, names in definitions.element_names(session, definition_id).items()}
