"""Which laws a text cites, and whether they hold; what the law gives for fraud."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.errors import Invalid
from engine.models import OutboxMessage, ProcessInstance
from tests.workflows.builders import a_case, a_submission
from tests.workflows.conftest import Who
from workflows import cases, compensation, laws
from workflows.domain import Complaints

TODAY = date(2026, 5, 1)
TO_CITE = (
    "消费者权益保护法", "产品质量法", "广告法", "反不正当竞争法", "民法典", "网络安全法", "个人信息保护法", "反垄断法",
    "价格法", "电子商务法",
)  # fmt: skip


@pytest.mark.requirement("LEG-05")
def test_the_ten_laws_to_cite_are_known_and_in_force() -> None:
    names = {law.name for law in laws.known()}
    assert set(TO_CITE) <= names
    for name in TO_CITE:
        [law] = laws.cited(f"依据《中华人民共和国{name}》第十条")
        assert (law.name, law.in_force(TODAY)) == (name, True)
        assert law.name_en


@pytest.mark.requirement("LEG-05")
def test_an_opinion_which_cites_a_repealed_law_is_flagged(house: Session, who: Who) -> None:
    case = a_case(house)
    sent = a_submission(house, case, who("legal").id, duty="legal", step="legal", laws="合同法第94条", opinion="可解除")
    [flagged] = laws.check_opinion(house, case, sent)
    assert (flagged.name, flagged.replaced_by) == ("合同法", "民法典")
    [remark] = cases.comments(house, case)
    assert "《合同法》" in remark.text
    assert "民法典" in remark.text
    house.flush()
    [notice] = house.scalars(select(OutboxMessage).where(OutboxMessage.topic == "notify"))
    assert notice.payload["people"] == [str(who("legal").id)]


def test_an_opinion_on_law_in_force_is_not_flagged(house: Session, who: Who) -> None:
    case = a_case(house)
    sent = a_submission(house, case, who("legal").id, duty="legal", step="legal", laws="民法典第563条", opinion="可")
    assert laws.check_opinion(house, case, sent) == []
    assert cases.comments(house, case) == []


@pytest.mark.parametrize(
    ("text", "day", "names"),
    [
        ("《合同法》第五十二条", date(2020, 12, 31), []),
        ("《合同法》第五十二条", date(2021, 1, 1), ["合同法"]),
        ("《民法典》第一百四十八条", date(2020, 12, 31), ["民法典"]),
        ("《劳动合同法》第十条", TODAY, []),
        ("《消费者权益保护法实施条例》", date(2024, 6, 30), ["消费者权益保护法实施条例"]),
        ("投诉举报处理暂行办法：市场监督管理投诉举报处理暂行办法", TODAY, ["市场监督管理投诉举报处理暂行办法"]),
        ("没有引用任何法律", TODAY, []),
    ],
)
def test_a_law_holds_from_its_first_day_to_its_last(text: str, day: date, names: list[str]) -> None:
    assert [law.name for law in laws.out_of_force(text, day)] == names


@pytest.mark.requirement("SOL-01")
@pytest.mark.parametrize(("price", "addition"), [(100, 500), (1000, 3000), (0, 500), (166.66, 500), (166.67, 500.01)])
def test_fraud_gives_three_times_the_price_and_at_least_five_hundred(
    house: Session, price: Any, addition: float
) -> None:
    assert compensation.fraud_addition(round(price * 100)) == round(addition * 100)
    functions = Complaints().feel_functions(house, ProcessInstance(business_key="none"))
    assert float(functions["fraud addition"](price)) == addition


def test_a_negative_price_is_none() -> None:
    with pytest.raises(ValueError, match="negative"):
        compensation.fraud_addition(-1)


def test_the_advice_is_refused_for_what_is_no_price(house: Session) -> None:
    functions = Complaints().feel_functions(house, ProcessInstance(business_key="none"))
    with pytest.raises(Invalid, match="a price from 0"):
        functions["fraud addition"](-1)
    assert "fraud addition" in Complaints().feel_names()
