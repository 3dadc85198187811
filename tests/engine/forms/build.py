"""Forms for tests, written as few words as possible."""

from typing import Any

from engine.forms import Form, Submission, load


def schema(*components: dict[str, Any]) -> dict[str, Any]:
    """A whole form-js schema."""
    return {"type": "default", "id": "form", "schemaVersion": 18, "components": list(components)}


def field(kind: str, key: str = "x", **settings: Any) -> dict[str, Any]:
    """A keyed component with a label."""
    return {"type": kind, "key": key, "id": f"f_{key}", "label": settings.pop("label", f"字段 {key}"), **settings}


def form(*components: dict[str, Any]) -> Form:
    """A loaded form."""
    return load(schema(*components))


def submit(component: dict[str, Any], value: object, **context: Any) -> Submission:
    """Submit one value for a single field `x`."""
    return form(component).validate({"x": value}, context=context)


def codes(submission: Submission) -> list[str]:
    """The codes of the problems."""
    return [problem.code for problem in submission.problems]
