"""A process owner at work in a real browser: draw, be refused, repair, review, publish, migrate, roll back."""

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from engine import definitions
from engine.db import transaction
from engine.models import Draft
from tests.journeys.conftest import Visitor
from tests.journeys.drawing import Desk, send
from workflows.parties import Identity
from workflows.receiving import Complaint, receive

pytestmark = pytest.mark.browser
INSTANCES = 50
NEW_STEP = "客户关怀回电"
NEW_LANE = "客户关怀部"


def begin(visitor: Visitor, key: str = "complaint") -> Desk:
    """Begin a draft from the library."""
    visitor.open("/studio")
    visitor.page.locator(f"#{key} a", has_text="打开").click()
    visitor.page.get_by_role("button", name="开始草稿").click()
    visitor.page.locator("[data-studio][data-ready=yes]").wait_for(timeout=60_000)
    return Desk(visitor, key)


def receive_cases(count: int) -> None:
    """Complaints at their first step."""
    for number in range(count):
        identity = Identity(name="林小满", phone=f"139{number:08d}", mail="")
        with transaction() as session:
            receive(session, Complaint("冰箱门有凹痕，要求退款。", "phone", identity), actor="complainant")


def approve(visit: Callable[..., Visitor]) -> Visitor:
    """The second person looks at the changes and approves."""
    visitor = visit()
    visitor.log_in("approver")
    visitor.open("/studio/complaint/versions")
    visitor.page.locator("[data-compare][data-ready=yes]").wait_for()
    widths = "box => [box, ...box.querySelectorAll('.djs-container > svg')].map(one => one.clientWidth)"
    around, drawn = visitor.page.locator("[data-compare] .diagram").evaluate(widths)
    assert drawn == around, "the diagram does not fill its place"
    visitor.picture("changes")
    visitor.open("/studio/complaint")
    visitor.page.locator("[data-studio][data-ready=yes]").wait_for(timeout=60_000)
    visitor.picture("review")
    visitor.page.locator('[data-draft="approve"]').click()
    send(visitor.page, "approve")
    visitor.page.get_by_text("已批准").first.wait_for()
    return visitor


@pytest.mark.slow
def test_an_owner_draws_is_refused_repairs_publishes_migrates_and_rolls_back(visit: Callable[..., Visitor]) -> None:
    receive_cases(INSTANCES)
    owner = visit()
    owner.log_in("owner")
    owner.open("/studio")
    owner.picture("library")
    desk = begin(owner)
    owner.picture("draft")
    page = owner.page

    # a way around the legal review: refused
    desk.smaller()
    desk.look_at("Gateway_Legal", 150)
    bypass = desk.connect("Gateway_Legal", "Service_SendOffer")
    desk.fill("condition-name", "amount_offered")
    desk.choose("condition-operator", "<")
    desk.fill("condition-value", "100")
    desk.save()
    owner.picture("bypass")
    page.locator('[data-draft="submit"]').click()
    page.locator(".toast.danger").wait_for(timeout=60_000)
    said = page.locator("[data-problems] li").all_inner_texts()
    assert any("绕过法务审核" in line for line in said), said
    owner.picture("refused")
    page.locator("[data-problems] li button").first.click()

    # repaired: the flow is taken away again, as the finding offers
    page.locator(".toast button").first.click()
    page.locator("[data-problems] li", has_text="绕过法务审核").get_by_role(
        "button", name="去掉绕行的连线"
    ).first.click()
    desk.element(bypass).wait_for(state="detached")
    owner.picture("repaired")
    desk.save()
    desk.findings()
    assert desk.errors() == []
    page.locator("[data-problems] summary").click()

    # a new form, a new lane, a new step with form and deadline, a new row of a decision
    desk.add_file("form", "care-call")
    page.locator('[data-field-type="textarea"].fjs-palette-field').focus()
    page.keyboard.press("Enter")
    page.locator('.fjs-element[data-field-type="textarea"]').first.wait_for()
    desk.save()
    owner.picture("form")
    desk.file("complaint.bpmn")
    desk.smaller()
    desk.look_at("Gateway_Payment", 400)
    start = desk.middle("Service_SendDecision")
    lane = desk.add_lane_below((start[0], start[1] - 75))
    desk.fill("name-zh", NEW_LANE)
    desk.fill("name-en", "Customer care")
    desk.choose("lane-department", "after_sales")
    page.wait_for_timeout(500)
    owner.picture("lane")
    start, end = desk.middle("Service_SendDecision"), desk.middle("Gateway_Payment")
    task = desk.insert_user_task("Flow_SendDecision_Payment", ((start[0] + end[0]) / 2 + 15, start[1]))
    desk.drag(task, (desk.middle(task)[0], desk.middle(lane)[1]))
    expect(page.locator("[data-panel] [name=lane]")).to_have_value(NEW_LANE)
    desk.fill("name-zh", NEW_STEP)
    desk.fill("name-en", "Care call")
    desk.choose("form-id", "care-call")
    page.locator('[data-panel] [name="limit"]').select_option(index=1)
    page.wait_for_timeout(500)
    desk.save()
    owner.picture("new-step")
    desk.findings()
    assert desk.errors() == []
    expect(page.locator('.files [data-path="approval-levels.dmn"]')).to_have_text("审批层级")
    expect(page.locator('.files [data-path="complaint-plan.form"]')).to_have_text("评估诉求并拟定方案")
    desk.file("approval-levels.dmn")
    page.locator(".add-rule").first.click()
    page.wait_for_timeout(300)
    page.keyboard.press("Escape")
    cell = page.locator(".dmn-decision-table-container tbody tr").last.locator("td.output-cell").first
    cell.click()
    page.keyboard.type('["head"]')
    desk.save()
    owner.picture("decision")
    hints = desk.findings()  # the gate sees that a row below "otherwise" changes nothing; that refuses nobody
    assert any("永远不会生效" in hint for hint in hints), hints
    assert desk.errors() == []

    # review by a second person, publication
    desk.submit("发出决定后增加客户关怀回电")
    owner.picture("submitted")
    assert page.locator('[data-draft="approve"]').count() == 0
    refused = page.evaluate(
        """async () => (await fetch('/api/v1/drafts/complaint/approve', {method: 'POST', headers: {
          'If-Match': (await fetch('/api/v1/drafts/complaint')).headers.get('ETag'),
          'X-CSRF-Token': document.querySelector('meta[name=csrf-token]').content}})).status"""
    )
    assert refused == 403
    owner.complaints.clear()  # the console tells of the refusal just provoked
    approver = approve(visit)
    desk.open()
    page.locator('[data-draft="publish"]').click()
    send(page, "publish")
    page.wait_for_url("**/versions**")
    page.locator("[data-compare][data-ready=yes]").wait_for()
    assert page.get_by_text(f"新增节点「{NEW_STEP}」").count() == 1
    owner.picture("published")

    # the running instances follow
    page.locator("a", has_text="迁移实例").first.click()
    page.locator("[data-migrate][data-ready=yes]").wait_for()
    page.locator("[data-preview]").click()
    page.get_by_text(f"{INSTANCES} 个可以迁移，0 个不能。").wait_for()
    owner.picture("verdicts")
    page.locator("[data-start]").click()
    page.fill("#start-migration-reason", "新增客户关怀回电")
    send(page, "start-migration")
    page.get_by_text(f"已迁移 {INSTANCES}").wait_for(timeout=60_000)
    expect(page.locator("[data-verdicts] tr .badge").first).to_have_text("已迁移")
    page.locator("[data-undo]").scroll_into_view_if_needed()
    owner.picture("migrated")

    # and back: the owner proposes, the second person approves
    owner.open("/studio/complaint/versions")
    page.locator("button", has_text="提议回到此版").click()
    page.fill("#propose-1-reason", "先停用新步骤")
    owner.picture("going-back")
    send(page, "propose-1")
    page.get_by_text("已提交复核").first.wait_for()
    approver.open("/studio/complaint")
    approver.page.locator("[data-studio][data-ready=yes]").wait_for(timeout=60_000)
    approver.page.locator('[data-draft="approve"]').click()
    send(approver.page, "approve")
    approver.page.get_by_text("已批准").first.wait_for()
    approver.page.locator("[data-studio][data-ready=yes]").wait_for(timeout=60_000)
    approver.page.locator('[data-draft="publish"]').click()
    send(approver.page, "publish")
    approver.page.wait_for_url("**/versions**")
    approver.page.get_by_text("第 3 版").first.wait_for()
    approver.page.locator("[data-compare][data-ready=yes]").wait_for()
    approver.page.locator('[data-side="old"]').click()  # what is gone again is in the older picture
    approver.page.locator(".compare .picture:visible .diff-removed").first.wait_for()
    approver.picture("rolled-back")
    with transaction() as session:
        assert task in {node.id for _, node in _drawn(session, 2)}
        assert {node.properties.get("redress:department") for _, node in _drawn(session, 2) if node.id == task} == {
            "after_sales"
        }
        assert task not in {node.id for _, node in _drawn(session, 3)}
    assert (owner.complaints, approver.complaints) == ([], [])


def _drawn(session: Any, version: int) -> list[Any]:
    return list(definitions.compiled(session, definitions.version_of(session, "complaint", version)).diagram.walk())


def test_opening_and_looking_changes_nothing(visit: Callable[..., Visitor]) -> None:
    owner = visit()
    owner.log_in("owner")
    desk = begin(owner)
    paths = [tab.get_attribute("data-path") or "" for tab in owner.page.locator(".files .file").all()]
    for path in paths:
        desk.file(path)
        owner.page.wait_for_timeout(300)
    owner.page.wait_for_timeout(2000)  # longer than the pause before saving
    assert len(paths) > 10
    with transaction() as session:
        assert session.get_one(Draft, "complaint").rev == 1
    assert owner.complaints == []


def test_a_limit_is_drawn_and_undone_as_one_step(visit: Callable[..., Visitor]) -> None:
    owner = visit()
    owner.log_in("owner")
    desk = begin(owner)
    desk.select("Task_Accept")
    counts = [len(desk.ids())]

    def changed() -> None:
        desk.count_changes(counts[-1])
        owner.page.wait_for_timeout(500)  # the panel shows it
        counts.append(len(desk.ids()))

    for value in ("", "accept"):
        desk.choose("limit", value)
        changed()
    desk.away()
    for _ in range(2):
        owner.page.keyboard.press("Control+z")
        changed()
    with_limit, without = counts[0], counts[1]
    assert with_limit > without
    assert counts == [with_limit, without, with_limit, without, with_limit]


def test_what_was_not_saved_comes_back_after_a_crash(visit: Callable[..., Visitor]) -> None:
    owner = visit()
    owner.log_in("owner")
    desk = begin(owner)
    page = owner.page
    page.route(
        "**/api/v1/drafts/complaint",
        lambda route: route.abort() if route.request.method == "PUT" else route.continue_(),
    )
    desk.select("Task_Accept")
    desk.fill("name-zh", "受理（改名）")
    page.locator("[data-saved][data-state=offline]").wait_for()
    page.close(run_before_unload=False)
    again = owner.page = page.context.new_page()
    Desk(owner, "complaint").open()
    again.get_by_text("已恢复您尚未保存的内容。").wait_for()
    again.locator("[data-saved][data-state=saved]").wait_for()
    with transaction() as session:
        files = {file.path: file.content.decode() for file in session.get_one(Draft, "complaint").files}
    assert "受理（改名）" in files["complaint.bpmn"]


def test_the_loser_of_a_conflict_sees_both_states_and_chooses(visit: Callable[..., Visitor]) -> None:
    first, second = visit(), visit()
    for one in (first, second):
        one.log_in("owner")
    desk = begin(first)
    other = Desk(second, "complaint").open()
    desk.select("Task_Accept")
    desk.fill("name-zh", "甲的名称")
    desk.save()
    other.select("Task_Accept")
    other.fill("name-zh", "乙的名称")
    dialog = second.page.locator("#conflict[open]")
    dialog.wait_for()
    assert dialog.get_by_text("complaint.bpmn").count() == 1
    mine, theirs = dialog.locator(".state").all()
    mine.get_by_text("乙的名称").wait_for()
    theirs.get_by_text("甲的名称").wait_for()
    assert mine.get_by_text("甲的名称").count() == 0
    second.picture("conflict")
    assert dialog.get_by_text("下载我的").count() == 1
    dialog.locator('input[value="mine"]').check()
    send(second.page, "conflict")
    second.page.locator("[data-saved][data-state=saved]").wait_for()
    with transaction() as session:
        content = next(one.content for one in session.get_one(Draft, "complaint").files if one.path == "complaint.bpmn")
    assert "乙的名称" in content.decode()
    second.page.locator("[data-aside-line] button").click()
    second.picture("set-aside")
    second.page.locator("#aside").get_by_role("button", name="放回").click()
    other.select("Task_Accept")
    assert second.page.locator('[data-panel] [name="name-zh"]').input_value() == "甲的名称"
    second.page.locator("[data-saved][data-state=saved]").wait_for()
    assert "1 份" in second.page.locator("[data-aside-line]").inner_text()  # what stood there is kept in turn


ENGLISH = """() => {
  const found = new Set();
  const add = (text) => {
    const line = (text ?? '').trim();
    if (/[A-Za-z]{3,} [A-Za-z]{2,}/.test(line) && !/[\\u4e00-\\u9fff]/.test(line)) found.add(line);
  };
  const seen = (one) => one.getClientRects().length > 0;
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const holder = texts.currentNode.parentElement;
    if (seen(holder) && !['SCRIPT', 'STYLE', 'TEXTAREA'].includes(holder.tagName)) add(texts.currentNode.textContent);
  }
  for (const one of document.querySelectorAll('[title],[placeholder],[aria-label]')) {
    if (seen(one)) for (const name of ['title', 'placeholder', 'aria-label']) add(one.getAttribute(name));
  }
  return [...found];
}"""
NOT_SENTENCES = {"Powered by bpmn.io"}


def english(page: Page) -> set[str]:
    """Sentences in English which are shown on a Chinese page; expressions and identifiers are none."""
    closed = ".bio-properties-panel-group-header:not(.open)"
    page.evaluate("closed => document.querySelectorAll(closed).forEach(one => one.click())", closed)
    page.wait_for_timeout(200)
    return set(page.evaluate(ENGLISH)) - NOT_SENTENCES


def test_no_editor_speaks_english_on_a_chinese_page(visit: Callable[..., Visitor]) -> None:
    owner = visit()
    owner.log_in("owner")
    desk = begin(owner)
    page = owner.page
    found: dict[str, set[str]] = {"diagram": english(page)}
    for element in ("Task_Accept", "Gateway_Accepted", "Service_Acknowledge"):
        desk.select(element)
        found[element] = english(page)
    desk.pad("replace")
    found["replace menu"] = english(page)
    page.keyboard.press("Escape")
    page.locator(".bts-toggle-mode").click()
    found["simulation"] = english(page)
    page.locator(".bts-toggle-mode").click()
    desk.file("approval-levels.dmn")
    page.locator(".hit-policy").first.wait_for()
    found["decision"] = english(page)
    page.locator(".input-cell, th.input-cell").first.click(button="right")
    found["decision menu"] = english(page)
    page.keyboard.press("Escape")
    desk.file("complaint-accept.form")
    page.locator(".fjs-palette-field").first.wait_for()
    found["form"] = english(page)
    for kind in ("textfield", "radio", "datetime", "group", "textarea"):
        page.locator(f'.fjs-element[data-field-type="{kind}"]').first.click(position={"x": 4, "y": 4})
        found[f"form {kind}"] = english(page)
    assert {place: texts for place, texts in found.items() if texts} == {}


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    "path", ["/studio", "/studio/complaint", "/studio/complaint/versions", "/studio/complaint/migrate"]
)
def test_nobody_is_kept_out_of_the_studio(visit: Callable[..., Visitor], path: str, language: str) -> None:
    with transaction() as session:
        definitions.open_draft(session, "complaint", author="system")
    owner = visit(language=language)
    owner.log_in("owner")
    owner.open(path)
    if path == "/studio/complaint":
        owner.page.locator("[data-studio][data-ready=yes]").wait_for(timeout=60_000)
    violations = [
        (one["id"], one["nodes"][0]["html"][:200])
        for one in Axe().run(owner.page).response["violations"]
        if one["impact"] in {"serious", "critical"}
    ]
    assert violations == []
    assert owner.complaints == []
