"""What can be wrong with a decision file or with an evaluation that cannot even start."""

from engine.errors import Invalid


class DmnError(Invalid):
    """The decision file is not valid"""

    def __init__(self, message: str, element: str = "") -> None:
        """message: one English sentence; element: id or name of the DMN element at fault, empty for the whole file."""
        super().__init__(f"{element}: {message}" if element else message, element=element)
        self.message = message
        self.element = element
