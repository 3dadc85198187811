"""The publish gate: what a bundle must be before an instance may run on it.

Rules are small functions in the modules of this package; `RULES` lists them. Each takes a `Bundle` and yields findings.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace

from engine import processor
from engine.findings import Finding
from engine.hooks import Domain
from engine.lint import dryrun
from engine.lint.bundle import Bundle, examine
from engine.lint.effort import SECONDS, TooComplex, effort
from engine.lint.hints import hinted
from engine.lint.rules import RULES
from engine.spiff.model import Diagram, Process

__all__ = ["RULES", "Bundle", "Finding", "check", "hinted", "refused"]


def check(
    files: Mapping[str, bytes],
    *,
    domain: Domain | None = None,
    processes: Collection[str] | None = None,
    departments: Collection[str] | None = None,
    staffed: Collection[str] | None = None,
    lanes: Mapping[str, str] | None = None,
    persons: Collection[str] | None = None,
    called: Callable[[str], Mapping[str, Process]] | None = None,
    dry_run: bool = False,
) -> list[Finding]:
    """All findings about a bundle (path -> content), errors first; one with severity `error` refuses it.

    domain: whose own rules, names and FEEL functions count; processes: ids of published processes it may call;
    departments: codes which `redress:department` may name; staffed: those of them with people; lanes: names of lanes ->
    department; persons: logins and ids of active people among those the bundle names; called: gives for a published
    process itself and those it calls, as drawn, by id. None = not known. dry_run: play the processes, too, where
    nothing else refuses the bundle.
    """
    began = processor.seconds()
    findings: list[Finding] = []
    bundle: Bundle | None = None
    try:
        bundle, findings = examine(files, domain, processes, departments, effort(SECONDS))
        bundle.staffed, bundle.lanes, bundle.persons = staffed, lanes, persons
        if called is not None:
            _look_beyond(bundle.diagram, called)
        for rule in RULES:
            for finding in rule(bundle):
                bundle.effort.spend()
                findings.append(finding)
            bundle.effort.spend()
        if domain is not None and not refused(findings):
            findings.extend(domain.lint(files, bundle.diagram))
        if dry_run and not refused(findings):
            spent = processor.seconds() - began
            bundle.effort = effort(SECONDS)
            findings.extend(dryrun.findings(bundle, spent=spent))
    except TooComplex:
        findings.append(_too_complex())
    placed = _placed(bundle, dict.fromkeys(findings))
    return sorted(
        hinted(placed), key=lambda finding: (finding.severity != "error", finding.file, finding.element, finding.code)
    )


def _look_beyond(diagram: Diagram, called: Callable[[str], Mapping[str, Process]]) -> None:
    """Note the published processes which the bundle calls, and those which they call."""
    outside = {node.called for _, node in diagram.walk() if node.called} - diagram.processes.keys()
    diagram.beyond = {name: each for one in sorted(outside) for name, each in called(one).items()}


def _too_complex() -> Finding:
    zh, en = "流程包过大或过于复杂，无法检查完", "The bundle is too large or too complex to be checked to the end"
    hint_zh = "拆成几个较小的流程包，用调用活动相连；删去多余的表达式和变量"
    hint_en = "Divide it into smaller bundles joined by call activities, with fewer expressions and variables"
    return Finding("", "too_complex_to_check", "error", zh, en, "", hint_zh, hint_en)


def refused(findings: Iterable[Finding]) -> bool:
    """Whether a bundle with these findings is not published."""
    return any(finding.severity == "error" for finding in findings)


def _placed(bundle: Bundle | None, findings: Iterable[Finding]) -> list[Finding]:
    """The findings, each with the file its element is in."""
    if bundle is None:
        return list(findings)
    files = {process.id: process.file for process in bundle.diagram.processes.values()}
    for process in bundle.diagram.processes.values():
        for scope in process.scopes():
            files |= dict.fromkeys((*scope.nodes, *scope.flows), process.file)
    return [finding if finding.file else replace(finding, file=files.get(finding.element, "")) for finding in findings]
