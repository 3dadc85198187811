"""A bundle taken apart for the rules: manifest, diagram, decisions and forms, with what was wrong on the way."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from engine import bundles, forms
from engine.dmn import DmnError
from engine.errors import Invalid
from engine.findings import Finding
from engine.forms import Form
from engine.hooks import Domain
from engine.lint.effort import Effort, TooComplex
from engine.spiff.compiled import form_files, form_ids
from engine.spiff.decisions import Decider, drawn_deciders
from engine.spiff.model import Diagram
from engine.spiff.read import read

MOST_DECIDED = 3 * 1024 * 1024
"""Bytes of all decision files together: two tables of the largest size."""


@dataclass(slots=True)
class Bundle:
    """What the rules look at.

    feel_names: functions which the domain adds to FEEL; processes, departments: ids and codes of those there are;
    staffed: codes of departments with somebody in them; lanes: names of lanes -> department; persons: active people
    among those the files name; variables: process data an instance may start with; case_paths: what the read-only
    `case` holds. None = not known. effort: what may still be spent on it; read_forms: those which can be read, once
    they were asked for.
    """

    files: Mapping[str, bytes]
    diagram: Diagram
    decisions: Mapping[str, Decider] = field(default_factory=dict)
    forms: Mapping[str, bytes] = field(default_factory=dict)
    processes: Collection[str] | None = None
    departments: Collection[str] | None = None
    feel_names: frozenset[str] = frozenset()
    staffed: Collection[str] | None = None
    lanes: Mapping[str, str] | None = None
    persons: Collection[str] | None = None
    variables: set[str] | None = None
    case_paths: Collection[str] | None = None
    effort: Effort = field(default_factory=Effort)
    read_forms: dict[str, Form] | None = field(default=None, repr=False)


def examine(
    files: Mapping[str, bytes],
    domain: Domain | None,
    processes: Collection[str] | None,
    departments: Collection[str] | None,
    effort: Effort | None = None,
) -> tuple[Bundle, list[Finding]]:
    """Read everything; the findings say what could not be read. Raises TooComplex for what is too much to read."""
    findings: list[Finding] = []
    effort = effort or Effort()
    decided = sum(len(content) for path, content in files.items() if path.lower().endswith(".dmn"))
    if bundles.drawn(files) > bundles.MOST_DRAWN or decided > MOST_DECIDED:
        raise TooComplex
    main = ""
    try:
        main = bundles.manifest(files).process
    except Invalid as error:
        findings += _of(error, "bundle.json")
    diagram, read_findings = read(files, main)
    findings += read_findings
    effort.spend()
    bundle = Bundle(files, diagram, processes=processes, departments=departments, effort=effort)
    if domain is not None:
        bundle.feel_names = frozenset(domain.feel_names())
        bundle.variables, bundle.case_paths = domain.variables(), domain.case_paths()
    try:
        drawn = list(drawn_deciders(files, effort.spend))
        bundle.decisions = {decider.decision_id: decider for _, decider in drawn}
        findings += _twice([(path, decider.decision_id) for path, decider in drawn], "决策", "decision")
    except DmnError as error:
        findings.append(
            Finding(error.element, "bad_decision", "error", f"决策文件有误：{error.message_zh}", f"{error.message}")
        )
    bundle.forms = form_files(files)
    findings += _twice(list(form_ids(files)), "表单", "form")
    for form_id, schema in bundle.forms.items():
        effort.spend()
        findings += [
            Finding(each.element, each.code, each.severity, each.message_zh, each.message_en, file=form_id)
            for each in forms.lint(schema)
        ]
    return bundle, findings


def _twice(placed: Iterable[tuple[str, str]], zh: str, en: str) -> Iterator[Finding]:
    """A task names decisions and forms by id: no two have one. placed: path and id of each."""
    first: dict[str, str] = {}
    for path, given in placed:
        other = first.setdefault(given, path)
        if other != path:
            yield Finding(
                given,
                "duplicate_id",
                "error",
                f"{other} 与 {path} 中都有编号为 {given} 的{zh}",
                f"{other} and {path} both have a {en} with the id {given}",
                file=path,
            )


def _of(error: Invalid, file: str) -> list[Finding]:
    return [
        Finding(each["path"], each["code"], "error", each["message_zh"], each["message_en"], file=file)
        for each in error.problems
    ]
