"""Draws the shipped diagrams as pictures: `python -m tests.diagrams.render` writes docs/pictures/<bundle>.svg.

bpmn-js in the system Chromium draws them, in Chinese and (`<bundle>.en.svg`) with the translations they carry.
"""

import os
from pathlib import Path

from lxml import etree
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
VIEWER = ROOT / "web/assets/node_modules/bpmn-js/dist/bpmn-viewer.production.min.js"
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
LABEL = 84.0
_DRAW = """async (xml) => {
    const font = { fontFamily: 'Noto Sans CJK SC, sans-serif' };
    const viewer = new BpmnJS({ container: '#canvas', textRenderer: { defaultStyle: font } });
    await viewer.importXML(xml);
    return (await viewer.saveSVG()).svg;
}"""


def in_english(xml: bytes) -> bytes:
    """The diagram with the English names and annotations which its elements carry beside the Chinese ones."""
    root = etree.fromstring(xml)
    for each in root.iter("{http://camunda.org/schema/zeebe/1.0}property"):
        owner = next(each.iterancestors("{*}extensionElements")).getparent()
        if owner is None:
            continue
        if each.get("name") == "redress:name-en":
            owner.set("name", each.get("value", ""))
        elif each.get("name") == "redress:text-en" and (text := owner.find("{*}text")) is not None:
            text.text = each.get("value")
    for shape in root.iter("{*}BPMNShape"):
        _widen(shape)
    return etree.tostring(root)


def _widen(shape: etree._Element) -> None:
    """Room for a longer word in the label: to the left where it stands left of its element, else to both sides."""
    own, label = shape.find("{*}Bounds"), shape.find("{*}BPMNLabel/{*}Bounds")
    if own is None or label is None:
        return
    width, left = float(label.get("width", "0")), float(label.get("x", "0"))
    more = max(0.0, LABEL - width)
    aside = left + width <= float(own.get("x", "0")) + 2
    label.set("width", f"{width + more:g}")
    label.set("x", f"{left - (more if aside else more / 2):g}")


def svg(page: Page, xml: bytes) -> str:
    """The picture of a diagram."""
    page.set_content('<div id="canvas" style="width:2000px;height:1200px"></div>')
    page.add_script_tag(path=VIEWER)
    drawn: str = page.evaluate(_DRAW, xml.decode())
    return drawn


def main() -> None:
    """Write the pictures of all shipped bundles."""
    folder = ROOT / "docs/pictures"
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        page = browser.new_page()
        for diagram in sorted((ROOT / "diagrams").glob("*/*.bpmn")):
            xml = diagram.read_bytes()
            (folder / f"{diagram.stem}.svg").write_text(svg(page, xml), encoding="utf-8")
            (folder / f"{diagram.stem}.en.svg").write_text(svg(page, in_english(xml)), encoding="utf-8")
        browser.close()


if __name__ == "__main__":
    main()
