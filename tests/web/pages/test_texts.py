"""Every text a page shows is written as a pair, Chinese and English."""

import re
from pathlib import Path

import pytest
from flask import Flask

from web.pages.formtext import english, with_words
from web.pages.words import CODES, initials

TEMPLATES = sorted((Path(__file__).resolve().parents[3] / "web/templates").rglob("*.html"))
HAN = re.compile(r"[㐀-鿿]")


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_a_template_says_chinese_only_in_pairs(template: Path) -> None:
    text = re.sub(r"\{#.*?#\}", "", template.read_text(encoding="utf-8"), flags=re.S)
    text = re.sub(r"""(["'])(?:(?!\1).)*\1\s*,\s*(["'])(?:(?!\2)[^㐀-鿿])*\2""", "", text)  # a pair: "中文", "English"
    text = text.replace("{{ 'English' if language() == 'zh' else '中文' }}", "")  # the switch speaks both
    text = text.replace('{{ "EN" if language() == "zh" else "中" }}', "")
    assert not HAN.search(text), [line for line in text.splitlines() if HAN.search(line)][:3]


@pytest.mark.parametrize("group", CODES)
def test_every_code_has_a_text_in_both_languages(group: str) -> None:
    for code, (zh, en) in CODES[group].items():
        assert HAN.search(zh) or zh.isascii(), code
        assert en, code
        assert not HAN.search(en), code


def test_an_english_reader_gets_the_forms_english_texts_wherever_it_has_them() -> None:
    schema = {
        "components": [
            {
                "type": "group",
                "label": "结论",
                "properties": {"label-en": "Outcome"},
                "components": [
                    {
                        "key": "outcome",
                        "label": "受理结论",
                        "description": "必填",
                        "properties": {"label-en": "Decision", "description-en": "Needed"},
                        "values": [{"label": "受理", "value": "accepted", "label-en": "Accepted"}],
                    },
                    {"key": "note", "label": "备注"},
                ],
            }
        ]
    }
    group = english(schema)["components"][0]
    assert group["label"] == "Outcome"
    assert group["components"][0]["label"] == "Decision"
    assert group["components"][0]["description"] == "Needed"
    assert group["components"][0]["values"][0]["label"] == "Accepted"
    assert group["components"][1]["label"] == "备注"
    assert schema["components"][0]["label"] == "结论"


@pytest.mark.parametrize(
    ("name", "signs"), [("王敏", "敏"), ("Jane Doe", "JD"), ("li", "LI"), ("", "?"), ("欧阳小雨", "雨")]
)
def test_an_avatar_shows_one_or_two_signs(name: str, signs: str) -> None:
    assert initials(name) == signs


def test_codes_of_the_case_read_as_words_in_the_texts_of_a_form_and_stay_codes_for_its_rules(app: Flask) -> None:
    text = {"type": "text", "text": "方案：{{case.plan.remedy}}，金额 {{case.plan.amount}}"}
    field = {"type": "textfield", "key": "x", "conditional": {"hide": '=case.plan.remedy = "refund"'}}
    schema = {"components": [{"type": "group", "components": [text, field]}]}
    with app.test_request_context(headers={"Accept-Language": "zh"}):
        shown = with_words(schema, {"case": {"plan": {"remedy": "refund"}}})["components"][0]["components"]
        nothing = with_words(schema, {"case": {"plan": None}})["components"][0]["components"]
    assert shown[0]["text"] == "方案：退款，金额 {{case.plan.amount}}"
    assert shown[1] == field
    assert nothing[0]["text"] == "方案：，金额 {{case.plan.amount}}"
