"""Hostile texts in everything an owner can write: shown as text in every editor, nothing runs, nothing complains."""

import json
from collections.abc import Callable
from xml.sax.saxutils import escape, quoteattr

import pytest
from playwright.sync_api import Page, expect

from engine import bundles, definitions
from engine.db import transaction
from tests.journeys.conftest import Visitor
from tests.journeys.drawing import Desk
from workflows import starters

pytestmark = pytest.mark.browser
KEY = "hostile"
EVIL = '"><img src=x onerror=window.evil=1><script>window.evil=1</script>\u202eمرحبا😀 {{7*7}} javascript:window.evil=1'
LONG = "长" * 10_000


def hostile(name: str = EVIL) -> dict[str, bytes]:
    """The seven steps with hostile names, documentation, conditions, form texts and a hostile decision table."""
    files = starters.files("seven-steps")
    text = files["main.bpmn"].decode()
    text = text.replace('name="① 受理"', f"name={quoteattr(name)}")
    text = text.replace('value="1 Accept"', f"value={quoteattr(name)}")
    text = text.replace('name="② 分类"', f"name={quoteattr(LONG)}")
    text = text.replace('name="客服部"', f"name={quoteattr('客服部')}")
    text = text.replace("核实记录，向投诉人复述并确认，作出受理结论。", escape(name))
    text = text.replace(
        'name="受理" sourceRef="Gateway_Accepted"', f'name={quoteattr(name)} sourceRef="Gateway_Accepted"'
    )
    text = text.replace('formId="complaint-classify"', f"formId={quoteattr(name)}")
    text = text.replace('type="acknowledge"', f"type={quoteattr(name)}")
    files["main.bpmn"] = text.encode()
    field = {"type": "textfield", "key": "x", "label": name, "description": name, "properties": {"label-en": name}}
    link = {"type": "text", "text": f"[press](javascript:window.evil=1) <b>{name}</b>"}
    files["evil.form"] = json.dumps(
        {"id": "evil", "type": "default", "schemaVersion": 18, "components": [link, field]}, ensure_ascii=False
    ).encode()
    files["evil.dmn"] = (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="D" name="evil" namespace="http://x">'
        f'<decision id="evil" name={quoteattr(name)}><decisionTable id="T" hitPolicy="FIRST">'
        f'<input id="I" label={quoteattr(name)}><inputExpression id="E" typeRef="string"><text>a</text>'
        "</inputExpression></input>"
        '<output id="O" name="level" typeRef="string"/><rule id="R1">'
        f'<description>{escape(name)}</description><inputEntry id="R1I"><text>{escape(json.dumps(name))}</text>'
        f'</inputEntry><outputEntry id="R1O"><text>{escape(json.dumps(name))}</text></outputEntry></rule>'
        "</decisionTable></decision></definitions>"
    ).encode()
    manifest = {"key": KEY, "name": {"zh": name, "en": name}, "process": "SevenSteps"}
    files["bundle.json"] = json.dumps(manifest, ensure_ascii=False).encode()
    assert bundles.manifest(files).name_zh == name
    return files


def nothing_ran(page: Page) -> None:
    assert page.evaluate("window.evil === undefined")
    assert page.locator('img[src="x"], a[href^="javascript"]').count() == 0


def clean(page: Page) -> None:
    """Nothing is wider than the window: a long text breaks."""
    nothing_ran(page)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_hostile_texts_are_text_in_every_room_of_the_studio(visit: Callable[..., Visitor], language: str) -> None:
    with transaction() as session:
        files = starters.files("seven-steps")
        files["bundle.json"] = hostile()["bundle.json"]
        definitions.publish_files(session, KEY, files, author="system", note=EVIL)
        draft = definitions.create_draft(session, KEY, hostile(), author="system")
        draft.note = EVIL
    owner = visit(language=language)
    owner.page.on("dialog", lambda dialog: owner.complaints.append(f"dialog: {dialog.message}"))
    owner.log_in("owner")
    page = owner.page
    owner.open("/studio")
    expect(page.locator(f'[data-lint="{KEY}"].danger')).to_be_visible(timeout=30_000)
    clean(page)
    owner.picture(f"hostile-library-{language}")

    desk = Desk(owner, KEY).open()
    assert len(desk.findings()) > 1
    assert any("<script>" in text for text in desk.findings())
    page.locator("[data-problems] li button").first.click()
    page.locator("[data-problems] summary").click()
    for element in ("Task_Accept", "Task_Classify"):
        desk.select(element)
    expect(page.locator("[data-panel] [name=name-zh]")).to_have_value(LONG)
    clean(page)
    owner.picture(f"hostile-diagram-{language}")
    page.keyboard.press("Control+f")
    page.locator(".djs-search-input input").press_sequentially("script")
    expect(page.locator(".djs-search-results")).to_contain_text("<script>")
    page.keyboard.press("Escape")
    desk.file("evil.dmn")
    expect(page.locator(".tjs-table")).to_contain_text("<script>")
    page.locator(".try input").fill(EVIL)
    page.locator(".try button.primary").click()
    expect(page.locator(".result pre")).to_contain_text("<script>")
    clean(page)
    owner.picture(f"hostile-decision-{language}")
    desk.file("evil.form")
    page.locator(".form-bar button").click()
    expect(page.locator(".form-preview label").first).to_contain_text("<script>")
    clean(page)
    owner.picture(f"hostile-form-{language}")

    owner.open(f"/studio/{KEY}/versions")
    page.locator("[data-compare][data-ready=yes]").wait_for()
    expect(page.locator(".changes")).to_contain_text("<script>")
    clean(page)
    owner.picture(f"hostile-changes-{language}")
    owner.open(f"/studio/{KEY}/migrate")
    nothing_ran(page)
    assert owner.complaints == []
