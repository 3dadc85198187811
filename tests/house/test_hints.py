"""Every finding the publish gate can make carries a hint in Chinese and English: read from the source of its rules."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine import lint
from engine.lint.hints import HINTS
from engine.settings import ROOT

MAKERS = {"error": 1, "warning": 1, "fault": 1, "Finding": 1, "_finding": 2, "invalid": 0, "_refused": 0, "finding": 1}
"""What makes a finding (or a problem which becomes one), and which argument is the code."""
ROOMS = ("engine/lint", "engine/spiff/read.py", "engine/spiff/read_events.py", "engine/spiff/extensions.py",
         "engine/spiff/unexecuted.py", "engine/spiff/contents.py", "engine/xml.py", "engine/bundles.py",
         "engine/forms", "workflows/gates.py", "web/commands/judging.py")  # fmt: skip


def _files() -> Iterator[Path]:
    for room in ROOMS:
        path = ROOT / room
        yield from sorted(path.rglob("*.py")) if path.is_dir() else [path]


def _code(call: ast.Call, place: int) -> str | None:
    given = next((each.value for each in call.keywords if each.arg == "code"), None)
    if given is None and len(call.args) > place:
        given = call.args[place]
    return given.value if isinstance(given, ast.Constant) and isinstance(given.value, str) else None


def _has_own_hint(call: ast.Call, name: str) -> bool:
    named = {each.arg for each in call.keywords}
    own = {"error": 6, "warning": 6, "_finding": 7, "Finding": 8}.get(name, 99)
    both = any(isinstance(each, ast.Starred) for each in call.args)
    return both or {"hint_zh", "hint_en"} <= named or len(call.args) >= own


def _made() -> Iterator[tuple[str, str]]:
    """(where, code) of everything which is said without a hint of its own."""
    for path in _files():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            code = _code(node, MAKERS[name]) if name in MAKERS else None
            if code is not None and not _has_own_hint(node, name):
                yield f"{path.relative_to(ROOT)}:{node.lineno}", code


def _of_forms() -> Iterator[str]:
    from engine.forms import findings

    yield from findings.CODES


def _of_decisions() -> Iterator[str]:
    """Notes about a decision file become findings with `decision_` before their code."""
    for path in sorted((ROOT / "engine/dmn").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Note":
                code = _code(node, 1)
                if code is not None:
                    yield f"decision_{code}"


def test_the_rules_are_found_in_the_source() -> None:
    assert len({code for _, code in _made()}) > 50


@pytest.mark.parametrize("code", sorted({code for _, code in _made()} | {*_of_forms(), *_of_decisions()}))
def test_every_code_of_the_gate_has_a_hint_in_both_languages(code: str) -> None:
    places = [where for where, each in _made() if each == code]
    assert code in HINTS, f"{code} (made at {places}) has no hint in engine/lint/hints.py"
    zh, en = HINTS[code]
    assert any("一" <= sign <= "鿿" for sign in zh), zh
    assert en.isascii(), en


def test_every_finding_of_every_wrong_diagram_has_a_hint() -> None:
    from tests.builders import bundle, form
    from tests.engine.lint.wrong_diagrams import CASES

    for name, parts, _ in CASES:
        for finding in lint.check(bundle(*parts, files={"f.form": form("f")})):
            assert "" not in (finding.hint_zh, finding.hint_en), (name, finding)
