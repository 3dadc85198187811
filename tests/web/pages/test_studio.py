"""The studio's pages as they are sent, and the draft's client: two owners at once, neither loses anything."""

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from engine import bundles, definitions
from engine.db import transaction
from engine.models import Draft
from tests.serving import serving
from tests.web import bundle
from tests.web.conftest import Door
from tests.web.javascript import node
from workflows import people
from workflows.models import Person, Role

EVIL = '<script>alert(1)</script>"><img src=x onerror=alert(1)>\u202e😀'


def page(door: Door, path: str) -> str:
    answer = door.client.get(path)
    assert answer.status_code == 200, answer.text[:500]
    return str(answer.text)


@pytest.fixture
def draft(as_: Callable[[str], Door], process: None) -> dict[str, Any]:
    """A draft of the published process, begun by the owner."""
    answer = as_("owner").post("/drafts", {"key": "complaint"})
    assert isinstance(answer.json, dict)
    return answer.json


def test_the_library_shows_versions_drafts_and_what_runs(
    as_: Callable[[str], Door], case: dict[str, Any], draft: dict[str, Any]
) -> None:
    shown = page(as_("owner"), "/studio")
    assert "第 1 版" in shown
    assert "编辑中" in shown
    assert 'data-lint="complaint"' in shown
    assert 'data-label="运行中">1</td>' in shown
    assert 'data-label="在办任务">1</td>' in shown
    assert 'data-act="DELETE /api/v1/drafts/complaint"' in shown


@pytest.mark.parametrize("path", ["/studio", "/studio/complaint", "/studio/complaint/versions"])
def test_who_does_not_draw_is_kept_out_of_the_studio(as_: Callable[[str], Door], process: None, path: str) -> None:
    expected = 200 if path.endswith("versions") else 403  # what is published may be read by everybody
    assert as_("li").client.get(path).status_code == expected
    assert as_("auditor").client.get(path).status_code == 200


def test_a_draft_is_nobodys_business_who_neither_draws_nor_reviews(
    as_: Callable[[str], Door], draft: dict[str, Any]
) -> None:
    path = "/studio/complaint/versions?new=draft"
    assert "草稿" in page(as_("owner"), path)
    for login in ("li", "manager"):
        shown = page(as_(login), path)
        assert "草稿" not in shown
        assert draft["note"] not in shown or not draft["note"]


def test_versions_are_listed_where_a_draft_is_too_large_to_be_compared(
    as_: Callable[[str], Door], draft: dict[str, Any]
) -> None:
    with transaction() as session:
        [file] = [one for one in session.get_one(Draft, "complaint").files if one.path.endswith(".bpmn")]
        file.content = b"<definitions>" + b"<task/>" * (bundles.MOST_DRAWN + 1) + b"</definitions>"
    shown = page(as_("owner"), "/studio/complaint/versions?old=1&new=draft")
    assert "无法比较" in shown
    assert "流程图元素过多" in shown
    assert "data-compare" not in shown


@pytest.mark.parametrize("path", ["/studio/nothing", "/studio/nothing/versions", "/studio/nothing/migrate"])
def test_a_bundle_which_does_not_exist_is_not_found(as_: Callable[[str], Door], path: str) -> None:
    assert as_("owner").client.get(path).status_code == 404


def test_only_what_one_may_do_is_offered(as_: Callable[[str], Door], draft: dict[str, Any]) -> None:
    submit = {"If-Match": f'"{draft["rev"]}"'}
    assert 'data-draft="submit"' in page(as_("owner"), "/studio/complaint")
    assert 'data-draft="submit"' not in page(as_("auditor"), "/studio/complaint")
    as_("owner").post("/drafts/complaint/submit", {"note": "改了名称"}, headers=submit)
    own, other = page(as_("owner"), "/studio/complaint"), page(as_("approver"), "/studio/complaint")
    assert "改了名称" in other
    assert 'data-readonly="yes"' in own
    assert 'data-draft="approve"' not in own
    assert 'data-draft="approve"' in other
    assert 'data-confirm="send-back"' in other
    assert 'data-confirm="take-back"' in own


def test_without_a_draft_the_version_in_use_is_looked_at(as_: Callable[[str], Door], process: None) -> None:
    own, other = page(as_("owner"), "/studio/complaint"), page(as_("auditor"), "/studio/complaint")
    assert 'data-version="1" data-readonly="yes"' in own
    assert "开始草稿" in own
    assert 'data-version="1" data-readonly="yes"' in other
    assert "开始草稿" not in other


def test_the_comparison_of_a_draft_in_review_lets_decide_who_may(
    as_: Callable[[str], Door], draft: dict[str, Any]
) -> None:
    path, approve, reject = (f"{start}/complaint/{end}" for start, end in (
        ("/studio", "versions"), ("/drafts", "approve"), ("/drafts", "reject"),
    ))  # fmt: skip
    assert reject not in page(as_("approver"), path)
    as_("owner").post("/drafts/complaint/submit", {"note": "改名"}, headers={"If-Match": f'"{draft["rev"]}"'})
    shown = page(as_("approver"), path)
    assert approve in shown
    assert reject in shown
    assert "复核中，只读" in page(as_("approver"), "/studio/complaint")
    for login in ("owner", "auditor"):
        shown = page(as_(login), path)
        assert approve not in shown
        assert reject not in shown


def test_changes_say_how_many_instances_stand_on_what_changed(
    as_: Callable[[str], Door], case: dict[str, Any], draft: dict[str, Any]
) -> None:
    files = {path: content.decode() for path, content in bundle.files().items()}
    files["complaint.bpmn"] = files["complaint.bpmn"].replace('name="受理"', 'name="受理登记"')
    as_("owner").put("/drafts/complaint", {"files": files}, headers={"If-Match": f'"{draft["rev"]}"'})
    shown = page(as_("owner"), "/studio/complaint/versions")
    assert "受理 → 受理登记" in shown
    assert "1 个实例停在这里" in shown


def test_hostile_names_notes_and_reasons_are_shown_as_text(as_: Callable[[str], Door], world: object) -> None:
    files = bundle.files(EVIL)
    with transaction() as session:
        definitions.publish_files(session, "complaint", files, author="system", note=EVIL)
        definitions.publish_files(session, "complaint", bundle.files("x" * 10_000), author="system", note=EVIL)
    for path in ("/studio", "/studio/complaint", "/studio/complaint/versions", "/studio/complaint/migrate"):
        shown = page(as_("owner"), path)
        assert "<script>alert" not in shown
        assert "<img src=x" not in shown


def test_instances_of_an_older_version_can_be_migrated_from_its_row(
    as_: Callable[[str], Door], case: dict[str, Any]
) -> None:
    with transaction() as session:
        definitions.publish_files(session, "complaint", bundle.files("第二版"), author="system")
    assert "/studio/complaint/migrate?old=1" in page(as_("owner"), "/studio/complaint/versions")
    shown = page(as_("owner"), "/studio/complaint/migrate")
    assert 'data-old="1"' in shown
    assert 'data-new="2"' in shown
    assert as_("li").client.get("/studio/complaint/migrate").status_code == 403


@pytest.fixture
def live(app: Flask) -> Iterator[str]:
    """Address of the application over real HTTP."""
    with serving(app) as address:
        yield address


@pytest.mark.slow
def test_in_100_interleavings_of_two_owners_nothing_is_silently_lost(
    live: str, world: dict[str, Person], draft: dict[str, Any], root: Path
) -> None:
    with transaction() as session:
        second = session.merge(world["approver"])
        second.roles = [*second.roles, Role.PROCESS_OWNER.value]
        tokens = [
            people.issue_token(session, person, by=person, name="test")[1]
            for person in (session.merge(world["owner"]), second)
        ]
    order = {
        "address": live,
        "tokens": tokens,
        "module": (root / "web/assets/studio/draft.js").as_uri(),
        "runs": 100,
        "seed": 2026,
        "pause": 20,  # ms: the draft often saves itself in the middle of what the owners do
    }
    script = Path(__file__).with_name("two_owners.mjs")
    done = subprocess.run(
        [str(node()), str(script), json.dumps(order)], capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["lost"] == []
    assert found["unsaved"] == []
    assert found["merged"] > 100
    assert found["conflicts"] > 0
