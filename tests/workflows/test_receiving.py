"""Acceptance numbers: readable, not guessable, never twice, whoever asks at once."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engine import definitions
from engine.db import transaction
from engine.models import Incident
from tests import builders as b
from tests.workflows import bundles
from tests.workflows.builders import a_case
from workflows import importing, seeds
from workflows.errors import BadComplaint
from workflows.models import AcceptanceNumber, Case
from workflows.parties import Identity
from workflows.receiving import Complaint, check_sign, new_number, receive
from workflows.settings import settings

MOMENT = datetime(2026, 3, 4, 9, tzinfo=UTC)


def test_a_number_shows_its_day_and_holds_a_random_part_and_a_check_sign(session: Session) -> None:
    number = new_number(session, MOMENT)
    assert re.fullmatch(r"TS20260304-[2-9A-HJKMNP-Z]{8}", number)
    body = number.removeprefix("TS").replace("-", "")
    assert check_sign(body[:-1]) == body[-1]


def test_the_day_of_a_number_is_that_of_the_enterprise(session: Session) -> None:
    before_breakfast = datetime(2026, 3, 4, 16, 30, tzinfo=UTC)  # half past midnight in Shanghai
    assert new_number(session, before_breakfast).startswith("TS20260305-")


def test_two_numbers_share_nothing_but_the_day(session: Session) -> None:
    numbers = {new_number(session, MOMENT) for _ in range(200)}
    assert len(numbers) == 200
    assert len({number[11:14] for number in numbers}) > 100


@pytest.mark.parametrize("text", ["20260304ABCDEFG", "20260304MNPQRST"])
def test_the_check_sign_catches_every_single_wrong_sign(text: str) -> None:
    right = check_sign(text)
    wrong = [
        text[:place] + sign + text[place + 1 :]
        for place in range(8, len(text))
        for sign in "23456789"
        if sign != text[place]
    ]
    missed = [one for one in wrong if check_sign(one) == right]
    assert len(missed) <= len(wrong) // 20


def test_the_format_is_configurable(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDRESS_NUMBER_FORMAT", "ACME/{year}/{token}")
    settings.cache_clear()
    try:
        assert re.fullmatch(r"ACME/2026/[2-9A-Z]{7}", new_number(session, MOMENT))
        monkeypatch.setenv("REDRESS_NUMBER_FORMAT", "ONLY{year}")
        settings.cache_clear()
        assert new_number(session, MOMENT) == "ONLY2026"
        with pytest.raises(BadComplaint, match="too few"):
            new_number(session, MOMENT)
    finally:
        monkeypatch.delenv("REDRESS_NUMBER_FORMAT")
        settings.cache_clear()


def test_the_number_of_an_erased_case_stays_taken(session: Session) -> None:
    case = a_case(session)
    number = case.number
    session.delete(case)
    session.flush()
    assert session.get(AcceptanceNumber, number) is not None
    again = insert(AcceptanceNumber).values(number=number, issued_at=MOMENT)
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(again)


@pytest.mark.requirement("INT-16")
@pytest.mark.slow
def test_a_thousand_complaints_received_at_once_get_a_thousand_numbers(database: Engine) -> None:
    files = b.bundle(b.process("Complaint", b.start(), b.end()), key="complaint", main="Complaint")
    with transaction() as session:
        seeds.plant(session)
        definitions.publish_files(session, "complaint", files, author="system")

    def some(worker: int) -> list[str]:
        numbers = []
        for _ in range(125):
            with transaction() as session:
                complaint = Complaint("坏了", "web", Identity(name=f"人{worker}"))
                numbers.append(receive(session, complaint, actor="system").number)
        return numbers

    with ThreadPoolExecutor(8) as pool:
        numbers = [number for found in pool.map(some, range(8)) for number in found]
    assert len(set(numbers)) == 1000
    with transaction() as session:
        assert session.scalar(select(func.count()).select_from(Case)) == 1000
        assert set(session.scalars(select(AcceptanceNumber.number))) == set(numbers)


def test_one_message_delivered_eight_times_at_once_is_one_case(database: Engine) -> None:
    files = b.bundle(b.process("Complaint", b.start(), b.end()), key="complaint", main="Complaint")
    with transaction() as session:
        seeds.plant(session)
        definitions.publish_files(session, "complaint", files, author="system")

    def deliver(_number: int) -> str:
        with transaction() as session:
            complaint = Complaint("坏了", "mail", Identity(mail="who@mail.example"))
            return receive(session, complaint, actor="system", message_id="<1@mail.example>").number

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(deliver, range(8)))) == 1


@pytest.mark.requirement("INT-06")
def test_a_file_of_twenty_rows_makes_a_case_of_every_good_one_and_none_twice(
    database: Engine, tmp_path: object
) -> None:

    with transaction() as session:
        seeds.plant(session)
        definitions.publish_files(session, "complaint", bundles.complaint(), author="system")
    rows = [f"订单有误 {number},platform,王伟,P-{number}" for number in range(20)]
    rows[4] = ",platform,王伟,P-4"
    rows[12] = "渠道不对,pigeon,王伟,P-12"
    path = tmp_path / "in.csv"
    path.write_text("投诉内容,渠道,姓名,订单号\n" + "\n".join(rows) + "\n", encoding="gb18030")
    report = importing.bring_in(transaction, path, "generic", actor="system")
    assert (report.imported, report.known) == (18, 0)
    assert [(fault.line, fault.column) for fault in report.faults] == [(6, "投诉内容"), (14, "渠道")]
    again = importing.bring_in(transaction, path, "generic", actor="system")
    assert (again.imported, again.known) == (0, 18)
    with transaction() as session:
        known = session.scalars(select(Case)).all()
        assert len(known) == 18
        assert {case.channel for case in known} == {"platform"}
        assert "P-7" in {case.order_no for case in known}


def test_a_complaint_whose_process_fails_at_its_first_step_is_received_all_the_same(session: Session) -> None:
    seeds.plant(session)
    broken = b.process("Complaint", b.start(), b.service("Service_Plan", "record_plan"), b.end())
    definitions.publish_files(session, "complaint", b.bundle(broken, key="complaint", main="Complaint"), author="x")
    case = receive(session, Complaint("坏了", "web", Identity(name="人")), actor="system")
    assert case.instance_id is not None
    [incident] = session.scalars(select(Incident).where(Incident.instance_id == case.instance_id))
    assert incident.element_id == "Service_Plan"
