"""What can be wrong with a decision file or with an evaluation that cannot even start."""

from engine.errors import Invalid


class DmnError(Invalid):
    """The decision file is not valid"""

    def __init__(self, message: str, element: str = "", *, zh: str = "") -> None:
        """message, zh: one sentence in each language; element: id or name of the DMN element at fault, if any."""
        self.message = message
        self.message_zh = zh or message
        self.element = element
        fault = {"path": element, "code": "bad_decision", "message_zh": self.message_zh, "message_en": message}
        super().__init__(f"{element}: {message}" if element else message, problems=[fault], element=element)
