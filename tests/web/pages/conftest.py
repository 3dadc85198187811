"""Pages need their scripts: built once a run where the build is older than its sources."""

import fcntl
from pathlib import Path

import pytest

from web import build_assets


@pytest.fixture(scope="session", autouse=True)
def _built(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The built assets; one worker builds, the others wait."""
    lock = tmp_path_factory.getbasetemp().parent / "assets.lock"
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        build_assets.build()


@pytest.fixture(scope="session")
def root() -> Path:
    """The root of the project."""
    return Path(__file__).resolve().parents[3]
