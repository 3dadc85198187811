"""People: passwords, tokens, departments found by the name of a lane."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from engine import publishing
from engine.clock import at, now
from tests import builders as b
from tests.workflows.conftest import Who
from workflows import people, seeds
from workflows.errors import BadFile, NotAllowed
from workflows.models import Role


@pytest.mark.requirement("RTE-16")
def test_all_departments_of_the_list_are_there_in_both_languages_after_planting(house: Session) -> None:
    names = {department.name_zh: department.name_en for department in people.departments(house)}
    wanted = (
        "生产",
        "销售",
        "售后",
        "技术",
        "物流",
        "研发",
        "市场",
        "运营",
        "信息安全",
        "公共关系",
        "合规",
        "内审",
        "门店",
    )
    for name in wanted:
        assert any(known.startswith(name) and english for known, english in names.items()), name


def test_planting_twice_changes_nothing(house: Session) -> None:
    before = [(one.code, one.name_zh) for one in people.departments(house)]
    people.departments(house)[0].name_zh = "总部"
    house.flush()
    seeds.plant(house)
    after = [(one.code, one.name_zh) for one in people.departments(house)]
    assert len(after) == len(before)
    assert after[0][1] == "总部"


@pytest.mark.parametrize("lane", ["客服部", "customer_service", "Customer Service", "客服", " 客户服务部 "])
def test_a_lane_finds_its_department_by_any_of_its_names(house: Session, lane: str) -> None:
    assert people.department_of(house, lane) == "customer_service"


def test_a_lane_nobody_knows_finds_nothing(house: Session) -> None:
    assert people.department_of(house, "月球部") is None


def test_the_right_password_opens_and_the_wrong_one_does_not(house: Session, who: Who) -> None:
    found = people.authenticate(house, " Staff ", "redress")
    assert found is not None
    assert found.id == who("staff").id
    assert people.authenticate(house, "staff", "redres") is None
    assert people.authenticate(house, "nobody", "redress") is None


def test_somebody_who_left_cannot_log_in(house: Session, who: Who) -> None:
    who("staff").active = False
    house.flush()
    assert people.authenticate(house, "staff", "redress") is None


def test_no_password_is_kept_in_clear(who: Who) -> None:
    stored = who("staff").password_hash
    assert stored is not None
    assert stored.startswith("$argon2id$")
    assert "redress" not in stored


def test_a_short_password_is_refused(who: Who) -> None:
    with pytest.raises(BadFile, match="six"):
        people.set_password(who("staff"), "12345")


def test_a_token_opens_until_it_is_revoked(house: Session, who: Who) -> None:
    token, clear = people.issue_token(house, who("staff"), by=who("staff"), name="import")
    assert clear not in token.digest
    found = people.token_person(house, clear)
    assert found is not None
    assert found.id == who("staff").id
    people.revoke_token(house, token, by=who("staff"))
    house.flush()
    assert people.token_person(house, clear) is None


def test_a_token_ends_when_it_expires(house: Session, who: Who) -> None:
    _, clear = people.issue_token(house, who("staff"), by=who("staff"), name="x", expires_at=now() + timedelta(hours=1))
    assert people.token_person(house, clear) is not None
    with at(now() + timedelta(hours=1)):
        assert people.token_person(house, clear) is None


def test_only_an_administrator_gives_tokens_to_others(house: Session, who: Who) -> None:
    with pytest.raises(NotAllowed):
        people.issue_token(house, who("head"), by=who("staff"), name="x")
    token, _ = people.issue_token(house, who("head"), by=who("admin"), name="x")
    with pytest.raises(NotAllowed):
        people.revoke_token(house, token, by=who("staff"))


def test_a_department_without_a_head_is_led_by_the_one_above(house: Session, who: Who) -> None:
    who("stores_head").active = False
    house.flush()
    assert [one.login for one in people.heads(house, "stores")] == ["sales_head"]


def test_every_department_of_the_demo_has_a_head_or_management_above_it(house: Session) -> None:
    led = {one.department for one in people.listing(house, role=Role.HEAD)}
    assert {one.code for one in people.departments(house)} - led == {"management"}


def test_the_gate_knows_who_may_be_named_for_a_task(house: Session, who: Who) -> None:
    gone = who("staff2")
    gone.active = False
    house.flush()
    names = f"Staff, {who('head').id}, staff2, nobody"
    task = b.user("A", extension=b.zeebe("assignmentDefinition", candidateUsers=names))
    report = publishing.report(house, b.bundle(b.process("P", b.start(), task, b.end())), dry_run=False)
    doubted = [one.message_en.split("'")[1] for one in report if one.code == "unknown_person"]
    assert sorted(doubted) == ["nobody", "staff2"]
    gone.active = True  # what is remembered of a bundle depends on who is there
    house.flush()
    report = publishing.report(house, b.bundle(b.process("P", b.start(), task, b.end())), dry_run=False)
    assert [one.message_en.split("'")[1] for one in report if one.code == "unknown_person"] == ["nobody"]
