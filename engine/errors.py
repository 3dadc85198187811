"""What can go wrong, in words for people.

The docstring of a class is its title; only `web.problems` knows status codes.
"""


class EngineError(Exception):
    """Something went wrong"""

    def __init__(self, message: str = "", **details: object) -> None:
        """message: one sentence for people; details: small JSON-able facts (field, element, ids), never task data."""
        super().__init__(message or type(self).__doc__ or "")
        self.details = details


class NotFound(EngineError):
    """There is no such thing, or not for you"""


class Conflict(EngineError):
    """Somebody else was faster: the state is no longer what you saw"""


class Forbidden(EngineError):
    """You may not do this"""


class Invalid(EngineError):
    """The input is not valid"""

    def __init__(self, message: str = "", *, problems: list[dict[str, str]] | None = None, **details: object) -> None:
        """problems: one dict a fault with keys `path`, `code`, `message_zh`, `message_en` (and perhaps `label`)."""
        super().__init__(message, **details)
        self.problems = problems or []


class StepFailed(EngineError):
    """The step failed and was rolled back; an incident waits for a person"""


class Busy(EngineError):
    """The system is busy; try again in a moment"""
