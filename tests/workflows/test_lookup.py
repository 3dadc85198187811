"""Cases are found by what somebody types, by index, whatever letters it has."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tests.workflows.builders import a_case
from workflows import lookup
from workflows.models import Case
from workflows.parties import Identity


@pytest.fixture
def case(house: Session) -> Case:
    for number in range(3):
        a_case(house, summary=f"洗衣机漏水 {number}", identity=Identity(phone=f"1370000000{number}"))
    return a_case(
        house,
        summary="冰箱不制冷😀，门有 50% 的凹痕，客服 Émile 不给换",
        product="BCD-500W 对开门",
        order_no="XS-7788",
        batch_no="B20260101",
        identity=Identity(name="林小满", phone="13912345678", mail="lin@example.com"),
    )


@pytest.mark.parametrize("most", [lookup.FEW, 0])
@pytest.mark.parametrize(
    "typed",
    [
        *("冰箱", "不制冷😀", "😀", "箱", "50% 的", "émile", "bcd-500w", "对开门", "XS-7788", "B20260101"),
        *("13912345678", " 139 1234 5678 ", "LIN@example.com"),
    ],
)
def test_one_case_is_found_by_any_part_of_it(
    house: Session, case: Case, typed: str, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookup, "FEW", most)  # with 0 every text is in too many cases to take them by their ids
    assert house.scalars(select(Case).where(lookup.matching(house, typed))).all() == [case]


@pytest.mark.parametrize(
    "typed", ["冰不", "50_ 的", "%", "XS-778", "1391234567", "制冷冰箱", "' OR 1=1 --", "W 对开 门"]
)
def test_what_no_case_says_finds_none(house: Session, case: Case, typed: str) -> None:
    found = house.scalars(select(Case).where(lookup.matching(house, typed))).all()
    assert found == ([case] if typed == "%" else [])


def test_the_beginning_of_the_number_finds_it_in_small_letters_too(house: Session, case: Case) -> None:
    assert case in house.scalars(select(Case).where(lookup.matching(house, case.number[:-1].lower()))).all()


def test_pairs_of_letters_are_those_of_the_text_in_small_letters(house: Session) -> None:
    pairs = house.scalar(text("SELECT letter_pairs('Ab😀箱')"))
    assert sorted(pairs) == sorted(["ab", "b😀", "😀箱"])
    assert house.scalar(text("SELECT letter_pairs('')")) == []
