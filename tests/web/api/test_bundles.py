"""Bundles and drafts over HTTP: import, comparison, decisions on trial, review by a second person, roll back."""

import io
import json
import threading
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from engine import bundles, definitions
from engine.db import transaction
from tests.web import bundle
from tests.web.conftest import Door, problem
from workflows.models import Person, Role

DECISION = b"""<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="D" name="levels" namespace="http://x">
  <decision id="levels" name="levels"><decisionTable id="T" hitPolicy="FIRST">
    <input id="I"><inputExpression id="E" typeRef="number"><text>amount</text></inputExpression></input>
    <output id="O" name="level" typeRef="string"/>
    <rule id="R1"><inputEntry id="R1I"><text>&gt; 5000</text></inputEntry>
      <outputEntry id="R1O"><text>"management"</text></outputEntry></rule>
    <rule id="R2"><inputEntry id="R2I"><text>-</text></inputEntry>
      <outputEntry id="R2O"><text>"head"</text></outputEntry></rule>
  </decisionTable></decision>
</definitions>
"""
CAMUNDA7 = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:camunda="http://camunda.org/schema/1.0/bpmn"
  id="D" targetNamespace="x"><bpmn:process id="Old" name="旧流程" isExecutable="true">
  <bpmn:startEvent id="S"/><bpmn:sequenceFlow id="F1" sourceRef="S" targetRef="T"/>
  <bpmn:userTask id="T" name="处理" camunda:assignee="${user}" camunda:formKey="accept"
    camunda:candidateGroups="quality"/>
  <bpmn:sequenceFlow id="F2" sourceRef="T" targetRef="E"/><bpmn:endEvent id="E"/>
</bpmn:process></bpmn:definitions>"""


def texts(name: str = "投诉处理", **more: bytes) -> dict[str, str]:
    files = {**bundle.files(name), **{path.replace("__", "."): content for path, content in more.items()}}
    return {path: content.decode() for path, content in files.items()}


def draft(door: Door, files: dict[str, str] | None = None) -> dict[str, Any]:
    answer = door.post("/drafts", {"key": "complaint", "files": files or texts()})
    assert answer.status_code == 201, answer.text
    assert isinstance(answer.json, dict)
    return answer.json


def match(made: dict[str, Any]) -> dict[str, str]:
    return {"If-Match": f'"{made["rev"]}"'}


def step(door: Door, verb: str, made: dict[str, Any], body: dict[str, Any] | None = None) -> dict[str, Any]:
    answer = door.post(f"/drafts/complaint/{verb}", body or {}, headers=match(made))
    assert answer.status_code in {200, 201}, answer.text
    assert isinstance(answer.json, dict)
    return answer.json


@pytest.fixture
def owner(as_: Callable[[str], Door]) -> Door:
    return as_("owner")


@pytest.fixture
def approver(as_: Callable[[str], Door]) -> Door:
    return as_("approver")


def test_a_draft_is_reviewed_by_a_second_person_and_published(owner: Door, approver: Door) -> None:
    made = step(owner, "submit", draft(owner), {"note": "第一版"})
    assert (made["state"], made["note"]) == ("in_review", "第一版")
    problem(owner.post("/drafts/complaint/approve", headers=match(made)), 403)
    made = step(approver, "approve", made)
    version = step(owner, "publish", made)
    assert (version["version"], version["note"]) == (1, "第一版")
    problem(owner.get("/drafts/complaint"), 404)


def test_a_rejected_draft_returns_with_the_reviewers_note(owner: Door, approver: Door) -> None:
    made = step(owner, "submit", draft(owner), {"note": "第一版"})
    made = step(approver, "reject", made, {"note": "缺少时限"})
    assert (made["state"], made["note"]) == ("editing", "缺少时限")
    assert made["reviewer"] == str(approver.person and approver.person.id)


def test_an_author_takes_a_submitted_draft_back_and_says_why(owner: Door, as_: Callable[[str], Door]) -> None:
    made = step(owner, "submit", draft(owner))
    problem(owner.post("/drafts/complaint/reject", {}, headers=match(made)), 422)
    problem(as_("li").post("/drafts/complaint/reject", {"note": "x"}, headers=match(made)), 403)
    assert step(owner, "reject", made, {"note": "还要改"})["state"] == "editing"
    problem(owner.post("/drafts/complaint/reject", {"note": "again"}, headers=match(made)), 412)


@pytest.mark.parametrize("source", ["starter:seven-steps", "starter:empty", "version:complaint", "draft:complaint"])
def test_a_draft_begins_from_a_starter_or_a_copy_under_names_of_its_own(
    owner: Door, process: None, source: str
) -> None:
    draft(owner)
    names = {"name_zh": "退货", "name_en": "Returns"}
    answer = owner.post("/drafts", {"key": "returns", "source": source, **names})
    assert answer.status_code == 201, answer.text
    made = owner.get("/drafts/returns").json
    assert made is not None
    assert (made["name_zh"], made["name_en"], made["base_version"]) == ("退货", "Returns", None)
    assert json.loads(made["files"]["bundle.json"])["process"] == "Returns"


@pytest.mark.parametrize("source", ["starter:seven-steps", "version:complaint"])
def test_a_copy_never_takes_the_place_of_a_process_there_is(owner: Door, process: None, source: str) -> None:
    asked = {"key": "complaint", "source": source, "name_zh": "退货", "name_en": "Returns"}
    (found,) = problem(owner.post("/drafts", asked), 422)["problems"]
    assert (found["path"], found["code"]) == ("key", "taken")
    assert "complaint-2" in found["message_zh"]
    problem(owner.get("/drafts/complaint"), 404)
    draft(owner)
    (found,) = problem(owner.post("/drafts", {**asked, "key": "complaint"}), 422)["problems"]
    assert found["code"] == "taken"


def test_of_two_owners_who_begin_one_draft_at_once_one_is_told(
    owner: Door, as_: Callable[[str], Door], process: None
) -> None:
    doors, together = [owner, as_("owner")], threading.Barrier(2)

    def begin(door: Door) -> int:
        together.wait()
        asked = {"key": "returns", "source": "starter:seven-steps", "name_zh": "退货", "name_en": "Returns"}
        return door.post("/drafts", asked).status_code

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(begin, doors))
    assert answers[0] == 201
    assert answers[1] in {409, 422}


def test_a_source_which_does_not_exist_is_named(owner: Door) -> None:
    found = problem(owner.post("/drafts", {"key": "returns", "source": "starter:eight-steps"}), 422)
    assert "eight-steps" in json.dumps(found)
    problem(owner.post("/drafts", {"key": "returns", "source": "version:nothing"}), 404)
    problem(owner.post("/drafts", {"key": "returns", "source": "../../etc/passwd"}), 422)


def test_a_draft_is_deleted_by_who_has_seen_its_newest_state(owner: Door, approver: Door, process: None) -> None:
    made = draft(owner)
    problem(owner.delete("/drafts/complaint"), 428)
    problem(approver.delete("/drafts/complaint", headers=match(made)), 403)
    saved = owner.put("/drafts/complaint", {"files": texts("另一版")}, headers=match(made))
    problem(owner.delete("/drafts/complaint", headers=match(made)), 412)
    assert saved.json is not None
    assert owner.delete("/drafts/complaint", headers=match(saved.json)).status_code == 204
    problem(owner.get("/drafts/complaint"), 404)
    assert owner.get("/definitions/complaint/versions").status_code == 200


def test_the_check_knows_the_domain_and_the_other_processes(owner: Door, process: None) -> None:
    files = texts()
    files["complaint.bpmn"] = files["complaint.bpmn"].replace('=now() + duration("P2D")', '=deadline("accept")')
    draft(owner, files)
    answer = owner.post("/drafts/complaint/check").json
    assert answer is not None
    assert answer["accepted"], answer["findings"]


def second_version() -> None:
    with transaction() as session:
        definitions.publish_files(session, "complaint", bundle.files("第二版"), author="system")


def test_an_older_version_is_published_again_as_the_newest_by_an_approver(
    owner: Door, approver: Door, process: None
) -> None:
    second_version()
    problem(owner.post("/definitions/complaint/versions/1/republish", {"note": "第二版有误"}), 403)
    problem(approver.post("/definitions/complaint/versions/1/republish", {}), 422)
    problem(approver.post("/definitions/complaint/versions/2/republish", {"note": "已是最新"}), 409)
    answer = approver.post("/definitions/complaint/versions/1/republish", {"note": "第二版有误"})
    assert answer.status_code == 201, answer.text
    assert answer.json is not None
    assert (answer.json["version"], answer.json["name_zh"], answer.json["note"]) == (3, "投诉处理", "第二版有误")
    changes = owner.get("/definitions/complaint/changes?old=1&new=3").json
    assert changes == {"items": []}


def test_an_owner_proposes_an_older_version_and_a_second_person_approves(
    owner: Door, approver: Door, process: None
) -> None:
    second_version()
    problem(approver.post("/definitions/complaint/versions/1/propose", {"note": "第二版有误"}), 403)
    problem(owner.post("/definitions/complaint/versions/1/propose", {}), 422)
    made = owner.post("/definitions/complaint/versions/1/propose", {"note": "第二版有误"}).json
    assert made is not None
    assert (made["state"], made["note"]) == ("in_review", "第二版有误")
    problem(owner.post("/definitions/complaint/versions/1/propose", {"note": "再来"}), 409)
    approved = approver.post("/drafts/complaint/approve", headers=match(made)).json
    assert approved is not None
    answer = owner.post("/drafts/complaint/publish", headers=match(approved)).json
    assert answer is not None
    assert (answer["version"], answer["name_zh"]) == (3, "投诉处理")


def test_a_co_author_cannot_approve_although_somebody_else_saved_last(
    as_: Callable[[str], Door], owner: Door, world: dict[str, Person], process: None
) -> None:
    with transaction() as session:
        both = session.merge(world["approver"])
        both.roles = [Role.PROCESS_OWNER.value, Role.PROCESS_APPROVER.value]
    helper, made = as_("approver"), draft(owner)
    for door, name in ((helper, "乙改的"), (owner, "甲写的")):
        saved = door.put("/drafts/complaint", {"files": texts(name)}, headers=match(made)).json
        assert saved is not None
        made = saved
    made = step(owner, "submit", made)
    problem(helper.post("/drafts/complaint/approve", headers=match(made)), 403)
    page = helper.client.get("/studio/complaint").text
    assert 'data-draft="approve"' not in page
    assert "您参与过编写" in page


def test_changes_are_plain_sentences_with_old_and_new(owner: Door, process: None) -> None:
    files = texts(levels__dmn=DECISION)
    files["complaint.bpmn"] = files["complaint.bpmn"].replace('name="检测"', 'name="复检"')
    files["inspect.form"] = files["inspect.form"].replace("原因", "根本原因")
    draft(owner, files)
    answer = owner.get("/definitions/complaint/changes?old=1&new=draft").json
    assert answer is not None
    found = {(one["kind"], one["sort"], one["element"]): one for one in answer["items"]}
    named = found["changed", "node", "Task_Inspect"]
    assert (named["old"], named["new"]) == ("检测", "复检")
    assert "检测" in named["zh"]
    assert "复检" in named["en"]
    assert ("changed", "field", "inspect.form/cause") in found
    assert ("added", "decision", "levels") in found


@pytest.mark.parametrize(("amount", "level", "rule"), [(6000, "management", "R1"), (10, "head", "R2")])
def test_a_decision_is_tried_on_the_server(owner: Door, amount: int, level: str, rule: str) -> None:
    draft(owner, texts(levels__dmn=DECISION))
    body = {"path": "levels.dmn", "decision": "levels", "context": {"amount": amount}}
    answer = owner.post("/drafts/complaint/evaluate", body).json
    assert answer is not None
    assert answer["value"] in (level, {"level": level})
    matched = [one["id"] for decision in answer["trace"] for table in decision["tables"] for one in table["rules"]]
    assert matched == [rule]


def test_what_was_drawn_elsewhere_is_imported_with_a_report(owner: Door) -> None:
    answer = owner.client.post(
        "/api/v1/drafts/import",
        data={"key": "old", "file": (io.BytesIO(CAMUNDA7.encode()), "old.bpmn")},
        headers=owner.headers,
    )
    assert answer.status_code == 201, answer.text
    assert answer.json is not None
    assert answer.json["draft"]["key"] == "old"
    outcomes = {note["outcome"] for note in answer.json["notes"]}
    assert "translated" in outcomes
    assert all(note["message_zh"] and note["message_en"] for note in answer.json["notes"])
    [form] = [note for note in answer.json["notes"] if note["what"] == "camunda:formKey"]
    assert "须在编辑器中新建" in form["message_zh"]
    assert "has to be made" in form["message_en"]
    files = owner.get("/drafts/old").json
    assert files is not None
    assert "quality" in files["files"]["old.bpmn"]
    assert "<zeebe:" in files["files"]["old.bpmn"]


@pytest.mark.parametrize("name", ["evil.svg", "note.txt", "../../etc/passwd", "<script>.html"])
def test_an_import_takes_only_what_it_knows(owner: Door, name: str) -> None:
    answer = owner.client.post(
        "/api/v1/drafts/import", data={"key": "old", "file": (io.BytesIO(b"x"), name)}, headers=owner.headers
    )
    problem(answer, 422)


def test_what_could_never_be_published_is_not_imported(owner: Door) -> None:
    large = b"<definitions>" + b"<task/>" * (bundles.MOST_DRAWN + 1) + b"</definitions>"
    answer = owner.client.post(
        "/api/v1/drafts/import", data={"key": "old", "file": (io.BytesIO(large), "old.bpmn")}, headers=owner.headers
    )
    found = problem(answer, 422)
    assert [one["code"] for one in found["problems"]] == ["too_big"]
    assert owner.get("/drafts/old").status_code == 404


def test_an_exported_zip_is_what_was_saved_and_can_be_imported_again(owner: Door) -> None:
    draft(owner)
    exported = owner.get("/api/v1/drafts/complaint/bundle")
    assert exported.headers["Content-Disposition"].startswith("attachment")
    with zipfile.ZipFile(io.BytesIO(exported.data)) as archive:
        assert {name: archive.read(name).decode() for name in archive.namelist()} == texts()
    again = owner.client.post(
        "/api/v1/drafts/import",
        data={"key": "again", "file": (io.BytesIO(exported.data), "complaint.zip")},
        headers=owner.headers,
    )
    assert again.status_code == 201, again.text


def test_the_catalog_names_what_diagrams_may_refer_to(owner: Door, process: None) -> None:
    answer = owner.get("/catalog").json
    assert answer is not None
    assert {"code": "Complaint", "key": "complaint", "name_zh": "投诉处理", "name_en": "Complaint"} in answer[
        "processes"
    ]
    assert {one["code"] for one in answer["departments"]} >= {"customer_service", "quality", "legal"}
    assert {one["name"] for one in answer["functions"]} >= {"escalate", "release_plan", "close_case"}
    assert all(one["name_zh"] and one["name_en"] for one in answer["deadlines"])


def test_two_states_being_edited_are_compared_without_saving_either(owner: Door, process: None) -> None:
    files = texts()
    draft(owner, files)
    old = {"complaint.bpmn": files["complaint.bpmn"]}
    new = {"complaint.bpmn": files["complaint.bpmn"].replace('name="检测"', 'name="复检"')}
    answer = owner.post("/drafts/complaint/compare", {"old": old, "new": new}).json
    assert answer is not None
    assert [(one["kind"], one["element"], one["where"]) for one in answer["items"]] == [
        ("changed", "Task_Inspect", "complaint.bpmn")
    ]
    gone = owner.post("/drafts/complaint/compare", {"old": old, "new": {}}).json
    assert gone is not None
    assert {one["kind"] for one in gone["items"]} == {"removed"}
    kept = owner.get("/drafts/complaint").json
    assert kept is not None
    assert kept["files"] == files


UNDRAWN = (
    '<?xml version="1.0"?><bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    ' xmlns:camunda="http://camunda.org/schema/1.0/bpmn" id="D" targetNamespace="x"><bpmn:process id="P" name="退款"'
    ' isExecutable="true"><bpmn:startEvent id="S"/><bpmn:userTask id="T" name="审核"><bpmn:extensionElements>'
    '<camunda:taskListener event="create" class="com.x.L"/></bpmn:extensionElements></bpmn:userTask>'
    '<bpmn:endEvent id="E"/><bpmn:sequenceFlow id="F" sourceRef="S" targetRef="T"/>'
    '<bpmn:sequenceFlow id="G" sourceRef="T" targetRef="E"/></bpmn:process></bpmn:definitions>'
)


def brought(owner: Door, **facts: str) -> Any:
    form = {"key": "refund", **facts, "file": (io.BytesIO(UNDRAWN.encode()), "refund.bpmn")}
    return owner.client.post("/api/v1/drafts/import", data=form, headers=owner.headers)


def test_a_file_without_a_drawing_is_laid_out_and_a_listener_is_named(owner: Door) -> None:
    answer = brought(owner)
    assert answer.status_code == 201, answer.text
    notes = {note["what"]: note["message_zh"] for note in answer.json["notes"]}
    assert "com.x.L" in notes["camunda:taskListener"]
    assert "create" in notes["camunda:taskListener"]
    assert "自动排布" in notes["BPMNDiagram"]
    kept = owner.get("/drafts/refund").json
    assert kept is not None
    assert "BPMNShape" in kept["files"]["refund.bpmn"]


def test_a_key_which_is_published_is_asked_about(owner: Door, process: None) -> None:
    told = problem(brought(owner, key="complaint"), 422)
    assert "complaint-2" in json.dumps(told)
    answer = brought(owner, key="complaint", existing="true")
    assert answer.status_code == 201, answer.text
    assert answer.json["draft"]["base_version"] == 1
