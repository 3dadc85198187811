"""The complaint domain: cases, people, deadlines, law. Stands on `engine`, knows no door."""


def install() -> None:
    """Make complaint handling the domain of this process' engine. Doors call it once; calling it again is harmless."""
    from engine import hooks
    from workflows import functions  # noqa: F401 - registers the functions diagrams call
    from workflows.domain import Complaints

    if not isinstance(hooks.domain(), Complaints):
        hooks.install(Complaints())
