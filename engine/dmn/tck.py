"""Running the DMN TCK (the standard's own test kit) as it is: folders with a model and `testCases` files.

A result node is one case. Failed: the value is another one. Error: there is no value, because the model does not load
or the evaluation broke off. `errorResult="true"` expects null, or a decision which says itself that it failed.
"""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from lxml import etree

from engine.dmn.decisions import Decisions
from engine.dmn.errors import DmnError
from engine.dmn.loading import load
from engine.dmn.model import Service
from engine.dmn.tck_values import read_value, same
from engine.dmn.trace import Result
from engine.dmn.xml import attribute, child, children, local, parse
from engine.errors import EngineError
from engine.feel.values import to_text


class Outcome(StrEnum):
    """What became of a case."""

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Case:
    """One result node: where it is, what it wanted, what it got (both as FEEL text)."""

    folder: str
    case: str
    node: str
    expected: str
    actual: str
    message: str
    outcome: Outcome


@dataclass(slots=True)
class TckReport:
    """The counts, and every case which did not pass."""

    passed: int = 0
    failed: int = 0
    errors: int = 0
    failures: list[Case] = field(default_factory=list)

    @property
    def total(self) -> int:
        """All cases run."""
        return self.passed + self.failed + self.errors

    def add(self, case: Case) -> None:
        """Count a case."""
        if case.outcome is Outcome.PASSED:
            self.passed += 1
            return
        self.failed += case.outcome is Outcome.FAILED
        self.errors += case.outcome is Outcome.ERROR
        self.failures.append(case)

    def to_json(self) -> dict[str, Any]:
        """`passed failed errors total failures`, JSON-able."""
        rows = [{key: str(value) for key, value in asdict(case).items() if key != "outcome"} for case in self.failures]
        return {
            "passed": self.passed,
            "failed": self.failed,
            "errors": self.errors,
            "total": self.total,
            "failures": rows,
        }

    def to_text(self) -> str:
        """A row for each case that did not pass, then `N passed, M failed, K errors`."""
        rows = [
            f"{case.folder} {case.case} {case.node}: expected {case.expected}, got {case.actual}"
            + (f" ({case.message})" if case.message else "")
            for case in self.failures
        ]
        return "\n".join([*rows, f"{self.passed} passed, {self.failed} failed, {self.errors} errors"])


def run(directory: Path | str, on_case: Callable[[Case], None] | None = None) -> TckReport:
    """Run every `testCases` file below a directory; on_case hears of each case as it ends.

    Raises DmnError when there is no test-case file at all.
    """
    root = Path(directory)
    report = TckReport()
    files = [path for path in sorted(root.rglob("*.xml")) if path.is_file()]
    suites = [(path, suite) for path in files if (suite := _suite(path)) is not None]
    if not suites:
        raise DmnError("no testCases file below this directory", str(directory), zh="该目录下没有 testCases 文件")
    for path, suite in suites:
        for case in _run_suite(path, suite):
            report.add(case)
            if on_case is not None:
                on_case(case)
    return report


def _suite(path: Path) -> etree._Element | None:
    try:
        root = parse(path.read_bytes())
    except DmnError:
        return None
    return root if local(root) == "testCases" else None


def _run_suite(path: Path, suite: etree._Element) -> Iterator[Case]:
    model_name = "".join(map(str, name.itertext())).strip() if (name := child(suite, "modelName")) is not None else ""
    try:
        decisions: Decisions | EngineError = _load(path.parent, model_name or f"{path.stem}.dmn")
    except EngineError as error:
        decisions = error
    for case in children(suite, "testCase"):
        yield from _run_case(path.parent.name, case, decisions)


def _load(folder: Path, model_name: str) -> Decisions:
    file = folder / model_name
    if not file.is_file():
        raise DmnError("the model is missing", model_name, zh="缺少模型文件")
    others: dict[str, bytes] = {}
    for path in sorted(folder.glob("*.dmn")):
        xml = path.read_bytes()
        others[attribute(parse(xml), "namespace")] = xml
    return load(file.read_bytes(), imports=others)


def _run_case(folder: str, case: etree._Element, decisions: Decisions | EngineError) -> Iterator[Case]:
    name = attribute(case, "id") or attribute(case, "name")
    invoked = attribute(case, "invocableName")
    results: dict[str, Result] = {}
    for node in children(case, "resultNode"):
        target = attribute(node, "name")
        expected: object = None
        try:
            expected = read_value(child(node, "expected"))
            if isinstance(decisions, EngineError):
                raise decisions
            asked = invoked or target
            if asked not in results:
                results[asked] = decisions.evaluate(asked, _context(case))
            result = results[asked]
            actual = _output(decisions, invoked, target, result) if invoked else result.value
        except EngineError as error:
            yield Case(folder, name, target, to_text(expected), "", str(error), Outcome.ERROR)
            continue
        error_expected = attribute(node, "errorResult") in {"true", "1"}
        passed = same(expected, actual) or (error_expected and (actual is None or result.failed))
        message = "" if passed else "; ".join(note.message_en for note in result.diagnostics[:3])
        outcome = Outcome.PASSED if passed else Outcome.FAILED
        yield Case(folder, name, target, to_text(expected, nested=True), to_text(actual, nested=True), message, outcome)


def _output(decisions: Decisions, invoked: str, target: str, result: Result) -> object:
    """The value of one output decision of an invoked service."""
    node = decisions.find(invoked).node
    if isinstance(node, Service) and len(node.outputs) > 1 and isinstance(result.value, dict):
        return result.value.get(target)
    return result.value


def _context(case: etree._Element) -> dict[str, object]:
    context = {}
    for node in children(case, "inputNode"):
        namespace = attribute(node, "namespace")
        name = attribute(node, "name")
        context[f"{{{namespace}}}{name}" if namespace else name] = read_value(node)
    return context
