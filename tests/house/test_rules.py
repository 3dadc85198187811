"""The rules of the house, read off the source itself: a rule that is only a wish is broken within a month."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("engine", "workflows", "tasks", "web")
SOURCES = sorted(
    path
    for package in PACKAGES
    for path in (ROOT / package).rglob("*.py")
    if "node_modules" not in path.parts and "versions" not in path.parts
)
MOST_LINES = 400


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.fixture(params=SOURCES, ids=_name)
def source(request: pytest.FixtureRequest) -> tuple[str, ast.Module]:
    path: Path = request.param
    return _name(path), ast.parse(path.read_text(encoding="utf-8"))


def _calls(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """(line, dotted name) of every call."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield node.lineno, ast.unparse(node.func)


def test_only_the_transaction_commits_or_begins(source: tuple[str, ast.Module]) -> None:
    name, tree = source
    if name == "engine/db.py":
        return
    found = [
        (line, call)
        for line, call in _calls(tree)
        if call.endswith(".commit")
        or (call.endswith(".begin") and any(one in call for one in ("session", "connection", "engine")))
    ]
    assert not found, f"{name}: {found}"


def test_the_environment_is_read_in_settings_only(source: tuple[str, ast.Module]) -> None:
    name, tree = source
    if name.endswith("/settings.py"):
        return
    found = [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and ast.unparse(node) in {"os.environ", "os.getenv", "os.putenv"}
    ]
    allowed = name.startswith(("web/cli", "web/commands/"))  # children inherit what the parent hands on
    assert allowed or not found, f"{name}: {found}"


def test_there_is_one_clock(source: tuple[str, ast.Module]) -> None:
    name, tree = source
    if name == "engine/clock.py":
        return
    clocks = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "datetime.datetime.now", "func.now"}
    found = [(line, call) for line, call in _calls(tree) if call in clocks]
    assert not found, f"{name}: {found}: use engine.clock.now()"


def test_nothing_evaluates_or_unpickles(source: tuple[str, ast.Module]) -> None:
    name, tree = source
    calls = [(line, call) for line, call in _calls(tree) if call in {"eval", "exec", "compile", "__import__"}]
    imports = [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        and any(alias.name.split(".")[0] in {"pickle", "marshal", "shelve"} for alias in node.names)
    ]
    assert not calls, f"{name}: {calls}"
    assert not imports, f"{name}: {imports}"


def test_every_module_says_what_it_is_for(source: tuple[str, ast.Module]) -> None:
    name, tree = source
    assert ast.get_docstring(tree), f"{name} has no docstring"


def test_every_public_name_has_a_docstring(source: tuple[str, ast.Module]) -> None:
    name, tree = source
    bare = [
        f"{node.name}:{node.lineno}"
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]
    assert not bare, f"{name}: {bare}"


def test_files_stay_small(source: tuple[str, ast.Module]) -> None:
    name, _ = source
    lines = (ROOT / name).read_text(encoding="utf-8").count("\n")
    assert lines <= MOST_LINES, f"{name} has {lines} lines: two rooms would be better"


def test_no_class_is_a_service_manager_or_mixin(source: tuple[str, ast.Module]) -> None:
    name, tree = source
    bad = [
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        and node.name.endswith(("Service", "Manager", "Mixin", "Repository", "Helper"))
        and node.name not in {"Service", "DecisionService"}  # a decision service is a term of DMN (chapter 6.2.3)
    ]
    assert not bad, f"{name}: {bad}"


def test_the_four_short_names_are_ours() -> None:
    for package in PACKAGES:
        module = __import__(package)
        assert Path(module.__file__ or "").parent == ROOT / package
