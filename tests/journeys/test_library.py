"""The library in a real browser: import with its notes, duplicate, export, delete; files come and go in a draft."""

import io
import zipfile
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from engine.db import transaction
from engine.models import Draft
from tests.journeys.conftest import Visitor
from tests.journeys.drawing import Desk, send

pytestmark = pytest.mark.browser
VENDORS = {
    "camunda7": ('xmlns:v="http://camunda.org/schema/1.0/bpmn"', 'v:assignee="${user}" v:candidateGroups="quality"'),
    "flowable": ('xmlns:v="http://flowable.org/bpmn"', 'v:assignee="${user}" v:candidateGroups="quality"'),
    "activiti": ('xmlns:v="http://activiti.org/bpmn"', 'v:assignee="${user}" v:candidateGroups="quality"'),
    "spiff": ('xmlns:v="http://spiffworkflow.org/bpmn/schema/1.0/core"', ""),
    "camunda8": ('xmlns:v="http://camunda.org/schema/zeebe/1.0"', ""),
}
SCRIPT = {
    "spiff": "<bpmn:extensionElements><v:preScript>x = 1</v:preScript></bpmn:extensionElements>",
    "camunda8": '<bpmn:extensionElements><v:userTask/><v:formDefinition formId="f"/></bpmn:extensionElements>',
}


def drawn_elsewhere(vendor: str) -> bytes:
    """A process as another engine's editor saves it."""
    names, attributes = VENDORS[vendor]
    shapes = "".join(
        f'<di:BPMNShape id="{one}_di" bpmnElement="{one}"><dc:Bounds x="{x}" y="100" width="{w}" height="{h}"/>'
        "</di:BPMNShape>"
        for one, x, w, h in (("S", 100, 36, 36), ("T", 200, 100, 80), ("E", 360, 36, 36))
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><bpmn:definitions'
        ' xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:di="http://www.omg.org/spec/BPMN/20100524/DI"'
        f' xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" {names} id="D" targetNamespace="x">'
        '<bpmn:process id="Old" name="旧流程" isExecutable="true"><bpmn:startEvent id="S"/>'
        f'<bpmn:userTask id="T" name="处理" {attributes}>{SCRIPT.get(vendor, "")}</bpmn:userTask>'
        '<bpmn:endEvent id="E"/>'
        '<bpmn:sequenceFlow id="F1" sourceRef="S" targetRef="T"/>'
        '<bpmn:sequenceFlow id="F2" sourceRef="T" targetRef="E"/>'
        '</bpmn:process><di:BPMNDiagram id="Di"><di:BPMNPlane id="P" bpmnElement="Old">'
        f"{shapes}</di:BPMNPlane></di:BPMNDiagram></bpmn:definitions>"
    ).encode()


def owner_in(visit: Callable[..., Visitor], language: str = "en") -> Visitor:
    owner = visit(language=language)
    owner.log_in("owner")
    owner.open("/studio")
    return owner


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_file_of_another_engine_is_imported_with_notes_and_opens(visit: Callable[..., Visitor], vendor: str) -> None:
    owner = owner_in(visit)
    page = owner.page
    page.locator('[data-open="import"]').click()
    page.fill("#import [name=key]", "old")
    page.set_input_files("#import [name=file]", {"name": "old.bpmn", "mimeType": "", "buffer": drawn_elsewhere(vendor)})
    page.locator("#import button[type=submit]").click()
    if vendor != "camunda8":  # our own dialect: nothing to say
        expect(page.locator("#import [data-notes] li").first).to_be_visible()
        owner.picture(f"import-{vendor}")
        page.locator("[data-open-imported]").click()
    page.wait_for_url("**/studio/old")
    page.locator("[data-studio][data-ready=yes]").wait_for(timeout=60_000)
    expect(page.locator('.djs-element[data-element-id="T"]')).to_be_visible()
    assert owner.complaints == []


def test_what_cannot_be_imported_is_said_in_the_dialog(visit: Callable[..., Visitor]) -> None:
    owner = owner_in(visit)
    page = owner.page
    page.locator('[data-open="import"]').click()
    page.fill("#import [name=key]", "old")
    page.set_input_files("#import [name=file]", {"name": "x.bpmn", "mimeType": "", "buffer": b"<no"})
    page.locator("#import button[type=submit]").click()
    expect(page.locator("#import [data-error]")).to_contain_text("XML")
    assert page.locator("#import").is_visible()


def test_a_published_key_is_told_and_another_one_offered(visit: Callable[..., Visitor]) -> None:
    owner = owner_in(visit)
    page = owner.page
    page.locator('[data-open="import"]').click()
    page.fill("#import [name=key]", "complaint")
    expect(page.locator("[data-taken]")).to_contain_text("“Complaint handling” is published under this key.")
    owner.picture("taken")
    undrawn = drawn_elsewhere("camunda7").partition(b"<di:BPMNDiagram")[0] + b"</bpmn:definitions>"
    page.set_input_files("#import [name=file]", {"name": "old.bpmn", "mimeType": "", "buffer": undrawn})
    page.locator("#import button[type=submit]").click()
    expect(page.locator("#import [data-notes]")).to_contain_text("it was laid out")
    page.locator("[data-open-imported]").click()
    page.wait_for_url("**/studio/complaint-2")
    page.locator("[data-studio][data-ready=yes]").wait_for(timeout=60_000)
    expect(page.locator('.djs-element[data-element-id="T"]')).to_be_visible()
    owner.picture("laid-out")
    owner.open("/studio/complaint-2/versions")
    assert owner.complaints == []


def test_a_process_is_duplicated_exported_and_deleted(visit: Callable[..., Visitor]) -> None:
    owner = owner_in(visit)
    page = owner.page
    page.locator("#complaint summary").click()
    page.locator("#complaint [data-copy]").click()
    expect(page.locator("#new [name=source]")).to_have_value("version:complaint")
    page.fill("#new [name=key]", "returns")
    page.fill("#new [name=name_zh]", "退货")
    page.fill("#new [name=name_en]", "Returns")
    page.locator("#new button[type=submit]").click()
    page.wait_for_url("**/studio/returns")
    page.locator("[data-studio][data-ready=yes]").wait_for(timeout=60_000)
    owner.open("/studio")
    page.locator("#returns summary").click()
    with page.expect_download() as downloading:
        page.locator('#returns a[href$="/drafts/returns/bundle"]').click()
    with zipfile.ZipFile(io.BytesIO(downloading.value.path().read_bytes())) as archive:
        assert {"bundle.json", "complaint.bpmn", "legal-gate.dmn"} <= set(archive.namelist())
    page.locator("#returns [data-act^=DELETE]").click()
    send(page, "delete-returns")
    expect(page.locator("#returns")).to_have_count(0)
    with transaction() as session:
        assert session.get(Draft, "returns") is None
    assert owner.complaints == []


def test_a_file_is_added_and_removed_again(visit: Callable[..., Visitor]) -> None:
    owner = owner_in(visit)
    page = owner.page
    page.locator("#recall a", has_text="Open").click()
    page.locator("main button.primary[data-act]").click()
    page.locator("[data-studio][data-ready=yes]").wait_for(timeout=60_000)
    desk = Desk(owner, "recall")
    desk.add_file("form", "extra")
    desk.save()
    page.locator('[data-open="remove-file"]').click()
    expect(page.locator("#remove-file")).to_contain_text("extra.form")
    page.locator("#remove-file button[type=submit]").click()
    expect(page.locator('.files [data-path="extra.form"]')).to_have_count(0)
    desk.save()
    with transaction() as session:
        assert "extra.form" not in {file.path for file in session.get_one(Draft, "recall").files}
    assert owner.complaints == []
