"""What can be wrong with a form as such; what is wrong with submitted data is a `FieldProblem`, never an exception."""

from engine.errors import Invalid


class FormError(Invalid):
    """The form is not valid"""

    def __init__(self, message: str, component: str = "") -> None:
        """message: one English sentence; component: id or key of the component at fault, empty for the whole form."""
        super().__init__(f"{component}: {message}" if component else message, component=component)
        self.message = message
        self.component = component
