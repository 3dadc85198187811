"""What can be wrong with a form as such; what is wrong with submitted data is a `FieldProblem`, never an exception."""

from engine.errors import Invalid


class FormError(Invalid):
    """The form is not valid"""

    def __init__(self, message: str, component: str = "", *, zh: str = "", code: str = "bad_form") -> None:
        """message, zh: one sentence in each language; component: id or key of the component at fault, if any."""
        self.message = message
        self.message_zh = zh or message
        self.component = component
        fault = {"path": component, "code": code, "message_zh": self.message_zh, "message_en": message}
        super().__init__(f"{component}: {message}" if component else message, problems=[fault], component=component)
