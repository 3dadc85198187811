"""The local classifier: words in both languages, warning signs, amounts."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from workflows import classification
from workflows.models import Category


@pytest.mark.parametrize(
    ("text", "nature", "issue"),
    [
        ("空调用了三天就坏了，开机有异响，无法使用", "product", "function_defect"),
        ("员工态度恶劣，当众辱骂顾客", "service", "attitude"),
        ("账单多收费用，乱收费", "price", "overcharge"),
        ("你们把我的个人信息泄露了，每天都有骚扰电话", "rights", "personal_data"),
        ("门店卫生环境差，垃圾没人清理", "management", "environment"),
        ("The heater is broken and does not work", "product", "function_defect"),
        ("The clerk was rude and disrespectful", "service", "attitude"),
        ("I was charged twice, please check the billing", "price", "overcharge"),
    ],
)
def test_plain_words_find_their_class(text: str, nature: str, issue: str) -> None:
    found = classification.propose(text)
    assert (found.nature, found.issue) == (nature, issue)


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("我会找律师起诉你们", "litigation"),
        ("再不处理我就在抖音曝光", "media"),
        ("孩子被烫伤住院", "safety"),
        ("已经打了12315", "regulator"),
        ("身份证信息被泄露", "personal_data"),
        ("My lawyer will take you to court", "litigation"),
        ("I was injured and taken to hospital", "safety"),
        ("I will tell the newspaper", "media"),
    ],
)
def test_warning_words_raise_their_flag_and_the_severity(text: str, sign: str) -> None:
    found = classification.propose(text)
    assert getattr(found, sign) is True
    assert found.severity >= 2


def test_harmless_words_raise_no_flag() -> None:
    found = classification.propose("快递晚了一天，希望改进")
    assert not any((found.litigation, found.media, found.safety, found.personal_data, found.regulator))
    assert found.severity == 1


def test_an_injury_which_goes_to_court_is_major() -> None:
    assert classification.propose("热水壶起火，母亲烫伤住院，我们已请律师起诉").severity == 4


def test_words_which_say_nothing_have_a_low_confidence() -> None:
    assert classification.propose("……").confidence <= 0.3
    assert classification.propose("").confidence <= 0.3
    assert classification.propose("空调故障，无法使用，异响，死机").confidence > 0.5


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("退还 349 元", 349),
        ("共 1.5 万元", 15_000),
        ("每月803.65元，共8,000元", 8_000),
        ("refund $1,250.50 now", 1250.5),
        ("没有数字", 0),
        ("电话 13812345678", 0),
        ("999999999999元", 0),
    ],
)
def test_the_largest_amount_of_money_is_read(text: str, amount: float) -> None:
    assert classification.amount_in(text) == amount


def test_a_monstrous_text_is_classified_in_bounded_work() -> None:
    assert classification.propose("坏了" * 500_000).issue == "function_defect"


@pytest.mark.requirement("CLS-01")
def test_the_five_natures_and_their_examples_are_there_in_both_languages(house: Session) -> None:
    natures = classification.categories(house, level="nature")
    assert [one.name_zh for one in natures] == [
        "产品质量投诉",
        "服务质量投诉",
        "价格投诉",
        "权益投诉",
        "管理投诉",
    ]
    assert all(one.name_en for one in natures)
    for nature in natures:
        issues = [one for one in classification.categories(house, level="issue") if one.parent == nature.code]
        assert len(issues) >= 3, nature.code


@pytest.mark.requirement("CLS-02")
def test_every_issue_carries_a_nature_and_a_key_type(house: Session) -> None:
    issues = classification.categories(house, level="issue")
    assert {one.key_type for one in issues} == {
        "quality",
        "attitude",
        "after_sales",
        "price",
        "logistics",
        "policy",
        "contract",
    }
    for issue in issues:
        assert classification.nature_of(house, issue.code) == issue.parent


@pytest.mark.requirement("CLS-04")
def test_a_contract_dispute_can_be_chosen(house: Session) -> None:
    assert "contract_dispute" in {one.code for one in classification.categories(house, level="issue")}


def test_a_renamed_category_keeps_its_code_so_that_old_cases_stay_readable(house: Session) -> None:
    from tests.workflows.builders import a_case
    from workflows import seeds

    case = a_case(house, issue="attitude")
    category = house.get(Category, "attitude")
    assert category is not None
    category.name_zh = "服务礼仪"
    house.flush()
    seeds.plant(house)
    found = house.scalar(select(Category.name_zh).where(Category.code == case.issue))
    assert found == "服务礼仪"


def test_every_issue_of_the_lexicon_is_in_the_tree(house: Session) -> None:
    codes = {one.code for one in classification.categories(house, level="issue")}
    assert set(classification._lexicon()["issues"]) == codes
