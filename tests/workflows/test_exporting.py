"""Exports: exactly the list, safe in a spreadsheet, masked, bounded, recorded."""

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.workflows.builders import a_case, a_task
from tests.workflows.conftest import Who
from workflows import boxes, cases, exporting
from workflows.models import Export
from workflows.parties import Identity

NOON = datetime(2026, 11, 18, 4, tzinfo=UTC)
ATTACKS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0", " =1+1", "　=1+1"]


def manner(kind: exporting.Format = "csv") -> exporting.Manner:
    return exporting.Manner(
        kind,
        lambda zh, en: zh,
        lambda group, code: f"{group}:{code}",
        lambda code: code or "",
        ZoneInfo("Asia/Shanghai"),
    )


def content(written: exporting.Written) -> bytes:
    with written.file as file:
        return file.read()


def lines(written: exporting.Written) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content(written).decode("utf-8-sig"), newline="")))


def sheet(written: exporting.Written) -> list[tuple[Any, ...]]:
    book = load_workbook(io.BytesIO(content(written)))
    return list(book.active.iter_rows(values_only=True))


def test_a_csv_begins_with_the_mark_that_makes_spreadsheets_read_chinese(house: Session, who: Who) -> None:
    a_case(house, summary="空调不制冷", received_at=NOON)
    written = exporting.write_cases(house, who("manager"), cases.Filters(), ["summary", "received_at"], manner())
    found = content(written)
    assert found.startswith(b"\xef\xbb\xbf")
    assert found.decode("utf-8-sig").splitlines() == ["摘要,受理时间", "空调不制冷,2026-11-18 12:00"]


@pytest.mark.parametrize("text", ATTACKS)
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_looks_like_a_formula_is_text(house: Session, who: Who, text: str, kind: exporting.Format) -> None:
    a_case(house, summary=text, product=text)
    written = exporting.write_cases(house, who("manager"), cases.Filters(), ["summary", "product"], manner(kind))
    (_, row) = lines(written) if kind == "csv" else sheet(written)
    assert [value[0] for value in row] == ["'", "'"]


@given(st.text())
def test_no_text_at_all_begins_like_a_formula(text: str) -> None:
    assert not exporting.safe(text).lstrip().startswith(("=", "+", "-", "@"))


def test_an_export_holds_what_the_filtered_list_shows_in_its_order(
    house: Session, who: Who, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "_PAGE", 2)
    for hour in range(7):
        a_case(house, channel="phone" if hour % 3 else "mail", received_at=NOON + timedelta(hours=hour))
    filters = cases.Filters(channel="phone")
    shown = [case.number for case in cases.listing(house, who("manager"), filters)]
    written = exporting.write_cases(house, who("manager"), filters, ["number", "channel"], manner())
    assert lines(written)[1:] == [[number, "channel:phone"] for number in shown]
    assert len(shown) == written.rows == 4


def test_tasks_are_exported_as_their_box_shows_them(house: Session, who: Who) -> None:
    late = a_task(house, a_case(house, summary="甲"), element_id="Task_Plan", due_at=NOON, department="quality")
    a_task(house, a_case(house, summary="乙"), element_id="Task_Pay")
    filters = boxes.Filters(element="Task_Plan", process="test")
    columns = ["name", "department", "due_at", "summary"]
    written = exporting.write_tasks(house, who("manager"), "open", filters, columns, manner())
    assert lines(written)[1:] == [[late.name_zh, "quality", "2026-11-18 12:00", "甲"]]


def test_a_workbook_has_real_dates_and_numbers(house: Session, who: Who) -> None:
    a_case(house, received_at=NOON, amount_claimed=29950)
    columns = ["received_at", "amount_claimed"]
    written = exporting.write_cases(house, who("manager"), cases.Filters(), columns, manner("xlsx"))
    assert sheet(written)[1] == (NOON.astimezone(ZoneInfo("Asia/Shanghai")).replace(tzinfo=None), 299.5)


def test_complainants_stay_masked(house: Session, who: Who) -> None:
    a_case(house, identity=Identity(name="欧阳明日香", phone="13812345678", mail="ming@example.com"))
    everything = [column.name for column in exporting.CASES]
    text = content(exporting.write_cases(house, who("manager"), cases.Filters(), everything, manner())).decode()
    assert "13812345678" not in text
    assert "欧阳明日香" not in text


def test_somebody_without_part_in_a_case_does_not_get_it(house: Session, who: Who) -> None:
    a_case(house, named=[str(who("manager").id)])
    written = exporting.write_cases(house, who("manager"), cases.Filters(), ["number"], manner())
    assert lines(written) == [["受理编号"]]


def test_a_long_list_is_cut_and_says_so(house: Session, who: Who, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        a_case(house)
    monkeypatch.setattr(exporting, "MOST_ROWS", 2)
    written = exporting.write_cases(house, who("manager"), cases.Filters(), [], manner())
    assert len(lines(written)) == 3
    assert (written.rows, written.cut) == (2, True)


def test_who_took_what_is_recorded(house: Session, who: Who) -> None:
    a_case(house, received_at=NOON)
    filters = cases.Filters(channel="phone", received_from=NOON)
    content(exporting.write_cases(house, who("manager"), filters, ["number"], manner("xlsx")))
    kept = house.scalars(select(Export)).one()
    assert (kept.person_id, kept.what, kept.format, kept.rows) == (who("manager").id, "cases", "xlsx", 1)
    assert kept.filters == {"channel": "phone", "received_from": "2026-11-18T04:00:00+00:00"}
    assert kept.columns == ["number"]


@pytest.mark.parametrize("box", ["department", "open"])
def test_an_export_of_a_box_goes_on_behind_its_first_page(
    house: Session, who: Who, monkeypatch: pytest.MonkeyPatch, box: boxes.Box
) -> None:
    monkeypatch.setattr(exporting, "_PAGE", 2)
    for hours in (3, None, 1, 2, None):
        a_task(house, a_case(house), due_at=None if hours is None else NOON + timedelta(hours=hours))
    shown = [one.case.number for one in boxes.inbox(house, who("staff"), box) if one.case]
    written = exporting.write_tasks(house, who("staff"), box, boxes.Filters(), ["number"], manner())
    assert [line[0] for line in lines(written)[1:]] == shown
    assert len(shown) == 5
