"""What runs the software elsewhere fits the software: the lock file, the image, the compose file, the CI script."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
WANTED = [Requirement(text) for text in (*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"])]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
README = (ROOT / "README.md").read_text(encoding="utf-8")


def locked() -> dict[str, list[str]]:
    """Package -> locked versions (more than one where markers differ)."""
    versions: dict[str, list[str]] = {}
    for line in LOCK:
        name, _, version = line.partition(";")[0].strip().partition("==")
        versions.setdefault(canonicalize_name(name), []).append(version)
    return versions


@pytest.mark.parametrize("requirement", WANTED, ids=lambda requirement: requirement.name)
def test_the_lock_file_answers_every_dependency(requirement: Requirement) -> None:
    found = locked().get(canonicalize_name(requirement.name), [])
    assert found, f"{requirement.name} is not locked: make lock"
    assert all(version in requirement.specifier for version in found), found


def test_the_lock_file_names_exact_versions_and_no_host() -> None:
    for line in LOCK:
        assert re.fullmatch(r"[a-z0-9.-]+==[^\s;]+( ; .+)?", line), line


def test_the_image_runs_as_nobody_special_and_from_the_lock_file() -> None:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    last = text.rpartition("\nFROM ")[2]
    assert re.search(r"^USER (?!root)\w+$", last, re.MULTILINE)
    assert "--constraint requirements.lock" in text


def test_compose_has_the_five_parts_each_looked_after() -> None:
    services = COMPOSE["services"]
    assert {"postgres", "redis", "web", "worker", "beat"} <= set(services)
    for name in ("postgres", "redis", "web", "worker"):
        assert services[name]["healthcheck"]["test"], name


def test_compose_holds_no_secret() -> None:
    for service in COMPOSE["services"].values():
        for name, value in service.get("environment", {}).items():
            if re.search(r"PASSWORD|SECRET|TOKEN|_URL", name):
                rest = re.sub(r"\$\{\w+:-\}", "", str(value))
                assert rest in {"", "redis://redis:6379/0", "redis://redis:6379/1"} or rest.endswith(
                    "redress:@postgres:5432/redress"
                ), name


def test_every_variable_compose_passes_on_is_in_the_readme() -> None:
    ours = COMPOSE["services"]["web"]["environment"]
    assert {name for name in ours if f"`{name}`" not in README} == set()


def test_the_ci_script_runs_both_and_is_executable() -> None:
    script = ROOT / ".ci" / "run"
    text = script.read_text(encoding="utf-8")
    assert script.stat().st_mode & 0o111
    assert text.index("make check") < text.index("test 2>&1")
