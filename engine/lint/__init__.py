"""The publish gate: what a bundle must be before an instance may run on it."""

from collections.abc import Mapping

from engine.findings import Finding
from engine.hooks import Domain

__all__ = ["Finding", "check"]


def check(files: Mapping[str, bytes], *, domain: Domain | None = None) -> list[Finding]:
    """All findings about a bundle (path -> content), errors first; one with severity `error` refuses it."""
    raise NotImplementedError
