"""The publish gate: what a bundle must be before an instance may run on it.

Rules are small functions in the modules of this package; `RULES` lists them. Each takes a `Bundle` and yields findings.
"""

from collections.abc import Collection, Mapping

from engine.findings import Finding
from engine.hooks import Domain
from engine.lint.bundle import Bundle, examine
from engine.lint.rules import RULES

__all__ = ["RULES", "Bundle", "Finding", "check"]


def check(
    files: Mapping[str, bytes],
    *,
    domain: Domain | None = None,
    processes: Collection[str] | None = None,
    departments: Collection[str] | None = None,
) -> list[Finding]:
    """All findings about a bundle (path -> content), errors first; one with severity `error` refuses it.

    domain: whose own rules and FEEL functions count; processes: ids of published processes it may call, None = not
    known; departments: codes which `redress:department` may name, None = not known.
    """
    bundle, findings = examine(files, domain, processes, departments)
    for rule in RULES:
        findings.extend(rule(bundle))
    if domain is not None and not any(finding.severity == "error" for finding in findings):
        findings.extend(domain.lint(files, bundle.diagram))
    unique = list(dict.fromkeys(findings))
    return sorted(
        unique, key=lambda finding: (finding.severity != "error", finding.file, finding.element, finding.code)
    )
