"""Finds the built scripts and style sheets: Vite gives each a hash in its name and lists them in a manifest."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, g, url_for

from web.build_assets import MANIFEST


class NotBuilt(RuntimeError):
    """The pages' scripts and styles are not built: run `make assets`"""


def register(app: Flask) -> None:
    """In templates: `script(entry)`, `styles(entry)` and `icons()` give addresses."""
    app.jinja_env.globals.update(script=script, styles=styles, icons=icons)


def script(entry: str) -> str:
    """Address of an entry's script (`base`, `task`, `viewer`, ...)."""
    return _address(_chunk(entry)["file"])


def styles(*entries: str) -> list[str]:
    """Addresses of the style sheets which entries and what they import need, in order."""
    found: list[str] = []
    seen: set[str] = set()

    def collect(chunk: dict[str, Any]) -> None:
        for name in chunk.get("imports", []):
            if name not in seen:
                seen.add(name)
                collect(_manifest()[name])
        found.extend(sheet for sheet in chunk.get("css", []) if sheet not in found)

    for entry in entries:
        collect(_chunk(entry))
    return [_address(sheet) for sheet in found]


def icons() -> str:
    """Address of the file of icon symbols; a page asks for it a hundred times, the disk is asked once."""
    kept: str | None = g.get("icons")
    if kept is None:
        kept = g.icons = _address(_manifest()["icons.svg"]["file"])
    return kept


def _chunk(entry: str) -> dict[str, Any]:
    return _manifest()[f"{entry}/index.js"]


def _address(file: str) -> str:
    return url_for("static", filename=f"build/{file}")


def _manifest() -> dict[str, dict[str, Any]]:
    if not MANIFEST.exists():
        raise NotBuilt
    return _read(MANIFEST, MANIFEST.stat().st_mtime_ns)


@cache
def _read(path: Path, changed: int) -> dict[str, dict[str, Any]]:
    """The manifest; `changed` (time of its last change, ns) makes a new build visible without a restart."""
    del changed
    manifest: dict[str, dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return manifest
