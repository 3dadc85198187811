"""Every hostile file is refused with a reason, or rightly accepted: by the gate itself and by `redress check`."""

from pathlib import Path

import pytest

from engine import bundles, lint
from engine.errors import Invalid
from tests.builders import bundle, decision, end, process, start
from tests.engine.hostile.cases import Case, cases
from tests.engine.hostile.measure import put
from tests.engine.hostile.other_files import GOOD
from web.cli import main

ALL = cases()
LONGEST_LINE = 1_000
DECIDING = bundle(process("P", start(), decision("D", "d", "x"), end()))


def refused_by_the_gate(case: Case) -> set[str]:
    """Codes of the errors which the gate finds when the file lies in a good bundle."""
    content = case.make()
    if isinstance(content, dict):
        files = content
    elif case.suffix == ".zip":
        try:
            files = bundles.from_zip(content)
        except Invalid as error:
            return {problem["code"] for problem in error.problems}
    else:
        around = DECIDING if case.suffix == ".dmn" else GOOD
        files = {**around, ("main.bpmn" if case.suffix == ".bpmn" else f"x{case.suffix}"): content}
    doubts = case.suffix == ".dmn"  # overlapping rules are an error of a file, and a doubt about a bundle
    found = [finding for finding in lint.check(files) if doubts or finding.severity == "error"]
    assert all(finding.message_zh and finding.message_en for finding in found)
    return {finding.code for finding in found} - {"unknown_decision", "no_english_name"}


@pytest.mark.parametrize("name", ALL)
def test_the_gate_refuses_it_with_a_reason_or_rightly_accepts_it(name: str) -> None:
    case = ALL[name]
    codes = refused_by_the_gate(case)
    if case.suffix == ".dmn":  # the gate says `bad_decision` or `decision_...` where a single file has its own words
        assert bool(codes) == bool(case.code), codes
    elif case.code:
        assert case.code in codes
    else:
        assert codes == set()


@pytest.mark.parametrize("name", ALL)
def test_redress_check_says_it_in_lines_a_person_can_read(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case = ALL[name]
    path = put(case, tmp_path)
    with pytest.raises(SystemExit) as ended:
        main(["check", str(path)])
    said = capsys.readouterr()
    first, *reasons = said.out.splitlines()
    assert said.err == ""
    if case.code:
        assert ended.value.code == 1
        assert first == f"{path}: refused"
        assert any(line.startswith(f"  error {case.code} at ") for line in reasons)
    else:
        assert ended.value.code == 0
        assert first == f"{path}: accepted"
    assert len(reasons) <= 51
    assert max(map(len, reasons), default=0) < LONGEST_LINE


def test_nothing_of_another_file_is_read_into_a_diagram(tmp_path: Path) -> None:
    included = ALL["XInclude"].make()
    assert isinstance(included, bytes)
    secret = tmp_path / "secret"
    secret.write_text("keyword-of-the-house")
    diagram = included.replace(b"/etc/passwd", str(secret).encode())
    assert "keyword-of-the-house" not in repr(lint.check({**GOOD, "main.bpmn": diagram}))


def test_an_archive_never_unpacks_more_than_its_directory_says() -> None:
    import tracemalloc

    lying = ALL["zip which lies about its size"].make()
    assert isinstance(lying, bytes)
    tracemalloc.start()
    with pytest.raises(Invalid):
        bundles.from_zip(lying)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20_000_000


def test_there_are_more_than_sixty_of_them() -> None:
    assert len(ALL) > 60
