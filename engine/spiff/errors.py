"""Why a movement cannot go on; the step turns it into an incident which names the element."""

from engine.errors import EngineError


class Failure(EngineError):
    """An element of the process could not be executed"""

    def __init__(self, element_id: str, code: str, message: str) -> None:
        """element_id: where; code: stable short name of the cause; message: one sentence, never process data."""
        super().__init__(message, element=element_id, code=code)
        self.element_id = element_id
        self.code = code
