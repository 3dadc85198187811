"""What the browser loads: small enough, allowed by the content security policy, and in both languages."""

import gzip
import json
import re
from pathlib import Path

import pytest

from web import build_assets

PAGES = {
    "inbox, cases, login, portal": ["base"],
    "task": ["base", "task", "viewer"],
    "case": ["base", "viewer"],
    "instance": ["base", "viewer", "monitor"],
    "people": ["base", "admin"],
    "intake": ["base", "intake"],
    "monitor": ["base", "monitor"],
    "dashboard": ["base", "dashboard"],
}
OURS = (
    *(
        "admin",
        "base",
        "compare",
        "dashboard",
        "forms",
        "intake",
        "library",
        "migrate",
        "monitor",
        "plugins",
        "studio",
        "task",
    ),
    "viewer",
)
STUDIO = ["base/index.js", "studio/index.js", "studio/diagram.js"]
KILOBYTE = 1000


def _weight(chunks: list[str]) -> int:
    """Bytes a first visit loads, gzipped: scripts, what they import, style sheets, icons."""
    manifest = json.loads(build_assets.MANIFEST.read_text(encoding="utf-8"))
    files: set[str] = {manifest["icons.svg"]["file"]}

    def collect(chunk: dict[str, object]) -> None:
        files.add(str(chunk["file"]))
        files.update(map(str, chunk.get("css", [])))  # type: ignore[call-overload]
        for name in chunk.get("imports", []):  # type: ignore[attr-defined]
            collect(manifest[name])

    for chunk in chunks:
        collect(manifest[chunk])
    return sum(len(gzip.compress((build_assets.BUILD / file).read_bytes(), 9)) for file in files)


@pytest.mark.parametrize("entries", PAGES.values(), ids=PAGES.keys())
def test_a_page_loads_at_most_250_kilobytes(entries: list[str]) -> None:
    assert _weight([f"{entry}/index.js" for entry in entries]) <= 250 * KILOBYTE


def test_the_studio_loads_at_most_900_kilobytes() -> None:
    assert _weight(STUDIO) <= 900 * KILOBYTE


def test_no_script_evaluates_text() -> None:
    for script in build_assets.BUILD.rglob("*.js"):
        text = script.read_text(encoding="utf-8")
        assert not re.search(r"[^\w.]new Function\(", text), script.name
        assert not re.search(r"[^\w.]eval\(", text), script.name


def test_the_watermark_is_never_hidden(root: Path) -> None:
    for sheet in (root / "web/assets").glob("*/**/*.css"):
        if "node_modules" in sheet.parts:
            continue
        for rule in re.findall(r"[^{}]*(?:powered-by)[^{}]*\{[^}]*\}", sheet.read_text(encoding="utf-8")):
            assert "display: none" not in rule, sheet.name
            assert not re.search(r"opacity: 0(?!\.)|visibility: hidden", rule), sheet.name


def test_everything_the_scripts_say_exists_in_chinese(root: Path) -> None:
    sources = [path for folder in OURS for path in (root / "web/assets" / folder).rglob("*.js")]
    texts = [
        root / "web/assets" / folder / "zh.js" for folder in OURS if (root / "web/assets" / folder / "zh.js").exists()
    ]
    texts += (root / "web/assets/studio/zh").glob("*.js")
    chinese = "\n".join(path.read_text(encoding="utf-8") for path in texts)
    said = {
        text.replace("\\'", "'")
        for source in sources
        for text in re.findall(r"\bsay\(\s*'((?:[^'\\]|\\.)+)'", source.read_text(encoding="utf-8"))
    }
    missing = {
        text for text in said if f"'{text}':" not in chinese and not re.search(rf"^  {re.escape(text)}:", chinese, re.M)
    }
    assert said
    assert not missing


def test_every_icon_which_is_shown_is_drawn(root: Path) -> None:
    drawn = set((root / "web/assets/icons.txt").read_text(encoding="utf-8").split())
    used = set()
    for template in (root / "web/templates").rglob("*.html"):
        text = template.read_text(encoding="utf-8")
        used |= set(re.findall(r'ui\.icon\("([a-z-]+)"', text)) | set(re.findall(r'icon\("([a-z-]+)"', text))
    story = (root / "web/pages/story.py").read_text(encoding="utf-8")
    used |= set(re.findall(r'"(alert-triangle|bell-ringing|circle-check|hand-grab|user-share|player-\w+)"', story))
    assert used - drawn == set()


def test_the_lock_file_names_no_registry(root: Path) -> None:
    assert "resolved" not in (root / "web/assets/package-lock.json").read_text(encoding="utf-8")


def test_packages_are_pinned_exactly(root: Path) -> None:
    package = json.loads((root / "web/assets/package.json").read_text(encoding="utf-8"))
    versions = {**package["dependencies"], **package["devDependencies"]}
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in versions.values()), versions
