"""A loaded form: checks submissions and gives the data a form starts with. Immutable, shared between threads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.feel import Budget, BudgetExceeded, Functions, Meter
from engine.findings import Finding
from engine.forms import rules
from engine.forms.errors import FormError
from engine.forms.instances import path_text
from engine.forms.problems import FieldProblem, Submission, problem
from engine.forms.read import read
from engine.forms.schema import Component, Option
from engine.forms.validate import Checking

_BUDGET = Budget(steps=1_000_000, items=500_000, text=5_000_000, seconds=0.5)


class Form:
    """Make it with `load`."""

    __slots__ = ("id", "root", "schema")

    def __init__(self, form_id: str, root: Component, schema: Mapping[str, Any]) -> None:
        """schema: what was loaded, as parsed JSON: what a browser shows the form from."""
        self.id = form_id
        self.schema = schema
        self.root = root

    @property
    def fields(self) -> tuple[Component, ...]:
        """All components which hold a value, in document order."""
        return tuple(component for component in self.root.walk() if component.keyed)

    def validate(
        self,
        data: object,
        *,
        context: Mapping[str, Any] | None = None,
        functions: Functions | None = None,
        locale: str = "zh-CN",
        zone: str = "Asia/Shanghai",
    ) -> Submission:
        """Check submitted data: whatever it is, the answer is a Submission.

        context: the variables the form was shown with; they are trusted, and stay where a field is disabled, read-
        only or left out. zone: whose `today` counts for dates. Raises FeelError only for a context that is no data.
        """
        if not isinstance(data, Mapping):
            return Submission({}, [problem("", "", "not-an-object")], locale)
        try:
            checking = Checking(self.root, data, context or {}, functions, Meter(_BUDGET))
            if checking.shape.full:
                return Submission({}, [problem("", "", "too-large")], locale)
            if not checking.settle():
                return Submission({}, [problem("", "", "unsettled")], locale)
            return Submission(checking.values(), _problems(checking, zone), locale)
        except BudgetExceeded:
            return Submission({}, [problem("", "", "too-complex")], locale)

    def defaults(
        self, context: Mapping[str, Any] | None = None, *, functions: Functions | None = None
    ) -> dict[str, Any]:
        """The data the form opens with: values of the context, else defaults, else empty; hidden fields left out."""
        checking = Checking(self.root, {}, context or {}, functions, Meter(_BUDGET))
        checking.settle()
        return checking.values()

    def options(
        self, path: str, context: Mapping[str, Any] | None = None, *, functions: Functions | None = None
    ) -> list[Option]:
        """The choices of the field at a path (`reason`, `items[0].kind`) when the form opens with this context."""
        checking = Checking(self.root, {}, context or {}, functions, Meter(_BUDGET))
        checking.settle()
        found = next((each for each in checking.shape.instances if each.path == path), None)
        if found is None:
            raise FormError("there is no such field", path, zh="没有这个字段")
        return rules.options(found, checking)


def _problems(checking: Checking, zone: str) -> list[FieldProblem]:
    """What is wrong with the data; problems of lists count only while the list is shown."""
    found = list(checking.shape.problems)
    for cut in checking.shortened():
        found.append(problem(path_text(cut.steps), cut.component.label, "fixed-items"))
    for each in checking.shape.instances:
        found.extend(rules.check(each, checking, zone))
    hidden = {path_text(each.steps) for each in checking.shape.lists if each.hidden}
    return [one for one in found if not any(one.path == path or one.path.startswith(path + "[") for path in hidden)]


def load(schema: bytes | str | Mapping[str, Any]) -> Form:
    """A form-js schema (JSON text or parsed). Raises FormError naming the first component at fault."""
    reading = read(schema)
    fault = next((finding for finding in reading.findings if finding.severity == "error"), None)
    if fault is not None:
        raise FormError(fault.message_en, fault.element, zh=fault.message_zh, code=fault.code)
    return Form(reading.form_id, reading.root, reading.document)


def lint(schema: bytes | str | Mapping[str, Any]) -> list[Finding]:
    """Everything wrong with a schema: errors (which `load` refuses) first, then warnings."""
    return sorted(read(schema).findings, key=lambda finding: finding.severity != "error")
