"""The publish gate: what a bundle must be before an instance may run on it.

Rules are small functions in the modules of this package; `RULES` lists them. Each takes a `Bundle` and yields findings.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from time import thread_time

from engine.findings import Finding
from engine.hooks import Domain
from engine.lint import dryrun
from engine.lint.bundle import Bundle, examine
from engine.lint.hints import hinted
from engine.lint.rules import RULES
from engine.spiff.model import Process

__all__ = ["RULES", "Bundle", "Finding", "check", "hinted", "refused"]


def check(
    files: Mapping[str, bytes],
    *,
    domain: Domain | None = None,
    processes: Collection[str] | None = None,
    departments: Collection[str] | None = None,
    staffed: Collection[str] | None = None,
    lanes: Mapping[str, str] | None = None,
    called: Callable[[str], Mapping[str, Process]] | None = None,
    dry_run: bool = False,
) -> list[Finding]:
    """All findings about a bundle (path -> content), errors first; one with severity `error` refuses it.

    domain: whose own rules, names and FEEL functions count; processes: ids of published processes it may call;
    departments: codes which `redress:department` may name; staffed: those of them with people; lanes: names of lanes
    -> department; called: gives for a published process itself and those it calls, as drawn, by id. None = not known.
    dry_run: play the processes, too, where nothing else refuses the bundle.
    """
    began = thread_time()
    bundle, findings = examine(files, domain, processes, departments)
    bundle.staffed, bundle.lanes = staffed, lanes
    if called is not None:
        outside = {node.called for _, node in bundle.diagram.walk() if node.called} - bundle.diagram.processes.keys()
        bundle.diagram.beyond = {name: each for one in sorted(outside) for name, each in called(one).items()}
    for rule in RULES:
        findings.extend(rule(bundle))
    if domain is not None and not refused(findings):
        findings.extend(domain.lint(files, bundle.diagram))
    if dry_run and not refused(findings):
        findings.extend(dryrun.findings(bundle, spent=thread_time() - began))
    placed = _placed(bundle, dict.fromkeys(findings))
    return sorted(
        hinted(placed), key=lambda finding: (finding.severity != "error", finding.file, finding.element, finding.code)
    )


def refused(findings: Iterable[Finding]) -> bool:
    """Whether a bundle with these findings is not published."""
    return any(finding.severity == "error" for finding in findings)


def _placed(bundle: Bundle, findings: Iterable[Finding]) -> list[Finding]:
    """The findings, each with the file its element is in."""
    files = {process.id: process.file for process in bundle.diagram.processes.values()}
    for process in bundle.diagram.processes.values():
        for scope in process.scopes():
            files |= dict.fromkeys((*scope.nodes, *scope.flows), process.file)
    return [finding if finding.file else replace(finding, file=files.get(finding.element, "")) for finding in findings]
