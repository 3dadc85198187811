"""Forms as people draw them (form-js) -> checks of what is submitted, made by the server, whatever the browser did."""

from engine.findings import Finding
from engine.forms.errors import FormError
from engine.forms.form import Form, lint, load
from engine.forms.problems import FieldProblem, Submission
from engine.forms.schema import Component, Kind, Option

__all__ = ["Component", "FieldProblem", "Finding", "Form", "FormError", "Kind", "Option", "Submission", "lint", "load"]
