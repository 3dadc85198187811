"""The complainant's side: file without an account, follow with number and phone tail, add, urge, rate."""

import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import select

from engine.db import transaction
from engine.models import OutboxMessage, TaskStatus, UserTask
from tests.web.conftest import Door
from workflows import cases, portal, ratings
from workflows.models import Case, CaseStatus, Evidence, Person
from workflows.settings import settings

HTML = {"Accept": "text/html"}
TYPED = {
    "narrative": "买的电饭煲三天就坏了，客服推诿。",
    "name": "王小明",
    "phone": "138 1234 5678",
    "mail": "",
    "product": "电饭煲",
    "order_no": "DD1",
    "demand": "退货退款",
    "amount": "299.5",
}


def token(door: Door, path: str = "/complain") -> dict[str, str]:
    """The hidden fields a browser sends back."""
    text = door.client.get(path, headers=HTML).text
    return {
        name: found[1]
        for name in ("csrf_token", "once")
        if (found := re.search(rf'name="{name}" value="([^"]+)"', text))
    }


def send(door: Door, path: str, data: dict[str, Any], **options: Any) -> Any:
    return door.client.post(path, data=data, headers=HTML, **options)


def file(door: Door, **changes: str) -> str:
    """File a complaint through both steps; its number."""
    fields = {**TYPED, **changes, **token(door)}
    review = send(door, "/complain", fields)
    assert review.status_code == 200, review.text
    assert TYPED["product"] in review.text
    done = send(door, "/complain", {**fields, "step": "confirmed"})
    assert done.status_code == 302, done.text
    text = door.client.get(done.headers["Location"], headers=HTML).text
    found = re.search(r'class="big-number">([^<]+)<', text)
    assert found
    return found[1]


@pytest.mark.requirement("INT-03")
def test_an_anonymous_visitor_files_a_complaint_and_gets_a_number(anybody: Door, process: None) -> None:
    number = file(anybody)
    with transaction() as session:
        case = cases.get(session, number)
        assert (case.channel, case.amount_claimed, case.party.phone) == ("web", 29950, "138 1234 5678")
        assert case.original == TYPED["narrative"]


def test_the_same_form_sent_twice_is_one_case(anybody: Door, process: None) -> None:
    fields = {**TYPED, **token(anybody), "step": "confirmed"}
    send(anybody, "/complain", fields)
    send(anybody, "/complain", fields)
    with transaction() as session:
        assert len(session.scalars(select(Case)).all()) == 1


@pytest.mark.requirement("INT-10")
def test_what_is_missing_is_named_and_what_was_typed_stays(anybody: Door) -> None:
    answer = send(anybody, "/complain", {**TYPED, **token(anybody), "narrative": " ", "phone": "", "amount": "-5"})
    assert "请填写投诉内容" in answer.text
    assert "请填写电话或邮箱" in answer.text
    assert "不能为负数" in answer.text
    assert TYPED["demand"] in answer.text


@pytest.mark.parametrize("phone", ["138", "1381234567", "12-34"])
def test_a_phone_number_which_ends_too_soon_is_named_so(anybody: Door, phone: str) -> None:
    answer = send(anybody, "/complain", {**TYPED, **token(anybody), "phone": phone})
    assert "手机号不完整" in answer.text
    assert f'value="{phone}"' in answer.text


@pytest.mark.parametrize("phone", ["+44 20 7946 0958", "0755-2345678", "8234567", "138 1234 5678"])
def test_a_whole_phone_number_is_taken(anybody: Door, phone: str) -> None:
    assert "手机号不完整" not in send(anybody, "/complain", {**TYPED, **token(anybody), "phone": phone}).text


def test_a_machine_which_fills_the_hidden_field_files_nothing(anybody: Door, process: None) -> None:
    send(anybody, "/complain", {**TYPED, **token(anybody), "website": "http://spam.example", "step": "confirmed"})
    with transaction() as session:
        assert session.scalars(select(Case)).all() == []


def test_without_the_token_of_the_form_nothing_is_filed(anybody: Door, process: None) -> None:
    assert send(anybody, "/complain", {**TYPED, "once": "x", "step": "confirmed"}).status_code == 403


def follow(door: Door, number: str, tail: str) -> Any:
    return send(door, "/follow", {**token(door, "/follow"), "number": number, "tail": tail})


@pytest.mark.requirement("INT-17")
def test_number_and_phone_tail_open_the_case_and_six_wrong_tries_lock_it(
    app: Any, anybody: Door, as_: Callable[[str], Door], process: None
) -> None:
    number = file(anybody)
    as_("li").post(f"/cases/{number}/comments", {"text": "internal remark"})
    visitor = Door(app.test_client())
    assert "不符" in follow(visitor, number, "0000").text
    assert follow(visitor, number.lower(), "5678").status_code == 302
    text = visitor.client.get("/follow/case", headers=HTML).text
    assert number in text
    assert "internal remark" not in text
    for _ in range(4):
        follow(visitor, number, "0000")
    assert follow(visitor, number, "5678").status_code == 429


def test_a_wrong_number_and_a_wrong_tail_are_told_alike(anybody: Door, process: None) -> None:
    number = file(anybody)
    wrong_tail = follow(anybody, number, "1111").text
    wrong_number = follow(anybody, "TS20200101-NOSUCH", "5678").text
    assert wrong_tail.replace(number, "") == re.sub("TS20200101-NOSUCH", "", wrong_number).replace(number, "") or (
        "不符" in wrong_tail and "不符" in wrong_number
    )


def test_nobody_opens_a_case_without_having_shown_both(anybody: Door, process: None) -> None:
    assert anybody.client.get("/follow/case", headers=HTML).status_code == 302
    fields = token(anybody, "/follow")
    assert send(anybody, "/follow/case/facts", {**fields, "text": "x"}).status_code == 404


def test_a_complainant_adds_facts_and_files(anybody: Door, process: None) -> None:
    number = file(anybody)
    fields = token(anybody, "/follow/case")
    picture = (BytesIO(b"\x89PNG\r\n\x1a\n" + b"0" * 64), "photo.png")
    answer = send(anybody, "/follow/case/facts", {**fields, "text": "补充：发票在此", "file": picture})
    assert answer.status_code == 302
    with transaction() as session:
        case = cases.get(session, number)
        kept = session.scalars(select(Evidence).where(Evidence.case_id == case.id).order_by(Evidence.seq)).all()
        assert [(item.added_by, item.media_type) for item in kept] == [
            ("complainant", "text/plain"),
            ("complainant", "image/png"),
        ]


def test_a_web_page_is_no_evidence(anybody: Door, process: None) -> None:
    file(anybody)
    fields = token(anybody, "/follow/case")
    page = (BytesIO(b"<!doctype html><script>1</script>"), "a.png")
    assert send(anybody, "/follow/case/facts", {**fields, "file": page}).status_code == 422


def evidence_of(number: str) -> list[str]:
    with transaction() as session:
        case = cases.get(session, number)
        return list(session.scalars(select(Evidence.name).where(Evidence.case_id == case.id).order_by(Evidence.seq)))


def test_a_refused_file_is_named_and_the_text_stays(anybody: Door, process: None) -> None:
    number = file(anybody)
    fields = {**token(anybody, "/follow/case"), "text": "发票和照片都在这里"}
    files = [
        (BytesIO(b"\x89PNG\r\n\x1a\n" + b"0" * 64), "照片.png"),
        (BytesIO(b"MZ\x00\x01" + b"\x00\xff" * 64), "程序.exe"),
        (BytesIO(b""), "空.txt"),
    ]
    answer = send(anybody, "/follow/case/facts", {**fields, "file": files})
    assert answer.status_code == 422
    assert "“程序.exe”：不支持此类文件，可上传：图片（PNG" in answer.text
    assert "“空.txt”：文件为空" in answer.text
    assert ">发票和照片都在这里</textarea>" in answer.text
    assert "照片.png" not in answer.text
    assert evidence_of(number) == []


def test_more_files_than_are_taken_at_once_are_refused(anybody: Door, process: None) -> None:
    number = file(anybody)
    fields = {**token(anybody, "/follow/case"), "text": "都在这里"}
    answer = send(
        anybody, "/follow/case/facts", {**fields, "file": [(BytesIO(b"x"), f"{one}.txt") for one in range(11)]}
    )
    assert answer.status_code == 422
    assert "一次最多 10 个文件，您选了 11 个" in answer.text
    assert "都在这里" in answer.text
    assert evidence_of(number) == []


def test_what_was_added_is_listed(anybody: Door, as_: Callable[[str], Door], process: None) -> None:
    number = file(anybody)
    fields = {**token(anybody, "/follow/case"), "text": "见发票"}
    assert "您补充的材料" not in anybody.client.get("/follow/case", headers=HTML).text
    kept = send(anybody, "/follow/case/facts", {**fields, "file": (BytesIO(b"x"), "发票.txt")})
    assert kept.status_code == 302
    body = {"file": (BytesIO(b"y"), "internal.txt"), "kind": "other"}
    clerk = as_("li")
    added = clerk.client.post(f"/api/v1/cases/{number}/evidence", data=body, headers=clerk.headers)
    assert added.status_code == 201, added.text
    text = anybody.client.get(kept.headers["Location"], headers=HTML).text
    assert "您补充的材料" in text
    assert "发票.txt" in text
    assert "文字说明" in text
    assert "internal.txt" not in text


def test_nothing_at_all_is_named(anybody: Door, process: None) -> None:
    file(anybody)
    answer = send(anybody, "/follow/case/facts", token(anybody, "/follow/case"))
    assert answer.status_code == 422
    assert "请输入 1 至 10000 字" in answer.text


@pytest.mark.requirement("COM-14")
def test_urging_is_counted_and_brings_the_third_one_to_the_supervisors(
    anybody: Door, world: dict[str, Person], process: None
) -> None:
    file(anybody)
    fields = token(anybody, "/follow/case")

    def told() -> list[set[str]]:
        with transaction() as session:
            sent = session.scalars(select(OutboxMessage).where(OutboxMessage.topic == "notify"))
            return [set(one.payload["people"]) for one in sent if "times" in one.payload["text_en"]]

    for _ in range(2):
        assert send(anybody, "/follow/case/urge", fields).status_code == 302
    assert told() == []
    assert send(anybody, "/follow/case/urge", fields).status_code == 302
    assert told() == [{str(world["sun"].id), str(world["manager"].id)}]
    with transaction() as session:
        [task] = session.scalars(select(UserTask))
        assert (task.urged, task.priority) == (3, 80)
    assert send(anybody, "/follow/case/urge", fields).status_code == 429


def test_a_closed_case_is_rated_once(anybody: Door, process: None) -> None:
    number = file(anybody)
    fields = {**token(anybody, "/follow/case"), "satisfaction": "satisfied"}
    assert send(anybody, "/follow/case/rating", fields).status_code == 422
    with transaction() as session:
        cases.get(session, number).status = CaseStatus.CLOSED
    assert send(anybody, "/follow/case/rating", fields).status_code == 302
    assert send(anybody, "/follow/case/rating", {**fields, "satisfaction": "unsatisfied"}).status_code == 422
    with transaction() as session:
        assert cases.get(session, number).satisfaction == "satisfied"


def test_stages_are_public_and_a_case_closed_early_skipped_the_rest(anybody: Door, process: None) -> None:
    number = file(anybody)
    with transaction() as session:
        case = cases.get(session, number)
        assert [one.state for one in portal.milestones(session, case)] == ["now", *["ahead"] * 7]
        case.status = CaseStatus.CLOSED
        task = session.scalars(select(UserTask)).one()
        task.status = TaskStatus.COMPLETED
        assert [one.state for one in portal.milestones(session, case)] == ["done", *["skipped"] * 6, "done"]


def test_a_link_of_the_closing_mail_rates_with_one_press_and_reading_it_rates_nothing(
    anybody: Door, process: None
) -> None:
    number = file(anybody)
    path = f"/rate/{number}/basically/{ratings.seal(number)}"
    anybody.client.delete_cookie("session")
    assert anybody.client.get(path, headers=HTML).status_code == 404
    with transaction() as session:
        cases.get(session, number).status = CaseStatus.CLOSED
    for wrong in (f"/rate/{number}/basically/abc", f"/rate/{number}/perfect/{ratings.seal(number)}"):
        assert anybody.client.get(wrong, headers=HTML).status_code == 404
    page = anybody.client.get(path, headers=HTML).text
    assert "基本满意" in page
    with transaction() as session:
        assert cases.get(session, number).satisfaction is None
    fields = {**token(anybody, path), "satisfaction": "basically"}
    assert send(anybody, "/follow/case/rating", fields).status_code == 302
    with transaction() as session:
        assert cases.get(session, number).satisfaction == "basically"
    assert anybody.client.get(path, headers=HTML).status_code == 302


def test_an_answer_without_an_offer_is_refused_and_named(anybody: Door, process: None) -> None:
    file(anybody)
    fields = {**token(anybody, "/follow/case"), "answer": "accepted"}
    refused = send(anybody, "/follow/case/answer", fields)
    assert refused.status_code == 422
    assert "已答复或已变更" in refused.text


def test_a_person_can_be_called_from_every_page_of_the_portal(
    anybody: Door, process: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDRESS_HOTLINE", "400 123 4567")
    settings.cache_clear()
    try:
        file(anybody)
        for path in ("/complain", "/follow", "/follow/case"):
            assert 'href="tel:4001234567"' in anybody.client.get(path, headers=HTML).text, path
    finally:
        monkeypatch.undo()
        settings.cache_clear()
    assert "tel:" not in anybody.client.get("/complain", headers=HTML).text


def test_who_checked_their_complaint_has_read_it_back_themselves(anybody: Door, process: None) -> None:
    number = file(anybody)
    with transaction() as session:
        case = cases.get(session, number)
        assert case.read_back_by == portal.ACTOR
        assert case.read_back_at is not None
