"""The documents say what the software has: a variable or a command nobody documents is one nobody finds."""

import ast
import re
from pathlib import Path

import pytest

from web.cli import COMMANDS

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = sorted(
    path for package in ("engine", "workflows", "tasks", "web") for path in (ROOT / package).rglob("settings.py")
)
README = (ROOT / "README.md").read_text(encoding="utf-8")


def variables(path: Path) -> set[str]:
    """Names a settings file takes from the environment: the first argument of every `.get("NAME", ...)`."""
    calls = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    return {
        str(call.args[0].value)
        for call in calls
        if isinstance(call.func, ast.Attribute)
        and call.func.attr in {"get", "getenv"}
        and call.args
        and isinstance(call.args[0], ast.Constant)
        and str(call.args[0].value).isupper()
    }


@pytest.mark.parametrize("path", SETTINGS, ids=lambda path: path.parent.name)
def test_every_variable_of_the_environment_is_in_the_readme(path: Path) -> None:
    found = variables(path)
    assert found
    assert {name for name in found if f"`{name}`" not in README} == set()


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_in_the_readme(command: str) -> None:
    assert f"`redress {command}" in README or f"`{command}`" in README


def test_the_readme_leads_with_how_to_start_and_how_to_test() -> None:
    assert README.index("make run") < README.index("make test") < README.index("## ")


def test_the_links_between_documents_lead_somewhere() -> None:
    for document in ("README.md", "README.zh-CN.md", "CONTRIBUTING.md", "CHANGELOG.md", "ARCHITECTURE.md"):
        text = (ROOT / document).read_text(encoding="utf-8")
        for target in re.findall(r"\]\(([^)#:]+)\)", text):
            assert (ROOT / target).exists(), f"{document} links to {target}"
