"""The browser's FEEL (feelin) and ours give the same value, or why the standard sides with us is written down."""

import csv
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.engine.feel.parity import compare

ROOT = Path(__file__).resolve().parents[4]
SEARCH_PATH = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", "")))


@pytest.fixture(scope="module")
def installed() -> Path:
    """The folder where the locked feelin is installed, under `var/`; a failing installation fails the test."""
    folder = ROOT / "var" / "feel-parity"
    lock = (compare.HERE / "package-lock.json").read_bytes()
    mark = folder / "node_modules" / ".installed-lock.json"
    if not mark.is_file() or mark.read_bytes() != lock:
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copyfile(compare.HERE / name, folder / name)
        npm = shutil.which("npm", path=SEARCH_PATH) or "npm"
        environment = {**os.environ, "PATH": SEARCH_PATH}
        subprocess.run([npm, "ci", "--ignore-scripts"], cwd=folder, check=True, env=environment, capture_output=True)
        mark.write_bytes(lock)
    return folder


def _differences() -> dict[str, str]:
    with (compare.HERE / "differences.csv").open(encoding="utf-8", newline="") as file:
        return {row["expression"]: row["reason"] for row in csv.DictReader(file)}


def test_server_and_browser_agree_or_the_standard_sides_with_the_server(installed: Path) -> None:
    texts, known = compare.expressions(), _differences()
    outcomes = compare.theirs(texts, installed, node=shutil.which("node", path=SEARCH_PATH) or "node")
    differing = {
        text for text, theirs in zip(texts, outcomes, strict=True) if not compare.same(compare.ours(text), theirs)
    }
    assert differing - known.keys() == set(), "new differences"
    assert known.keys() - differing == set(), "listed differences which are gone"


def test_at_least_four_hundred_expressions_are_compared_and_every_difference_has_a_reason() -> None:
    assert len(set(compare.expressions())) >= 400
    assert all(len(reason) > 20 for reason in _differences().values())
