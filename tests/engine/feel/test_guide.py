"""Every example of the language guides for process owners is run, in both languages."""

import datetime as dt
import json
import re
from pathlib import Path
from typing import Any

import pytest

from engine.feel import compile_expression, from_python, to_plain
from engine.feel.builtins import BUILTINS

DOCS = Path(__file__).resolve().parents[3] / "docs"
GUIDES = ("feel.en.md", "feel.zh-CN.md")


def _text(guide: str) -> str:
    return (DOCS / guide).read_text(encoding="utf-8")


def _blocks(guide: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", _text(guide), re.DOTALL)


def _dates(data: dict[str, Any]) -> Any:
    return dt.date.fromisoformat(data["date"]) if data.keys() == {"date"} else data


def _examples() -> list[tuple[str, str, str]]:
    found = []
    for guide in GUIDES:
        for block in _blocks(guide, "feel"):
            for line in block.splitlines():
                expression, arrow, result = line.rpartition(" → ")
                assert arrow, line
                found.append((guide, expression, result))
    return found


@pytest.mark.parametrize(("guide", "expression", "result"), _examples())
def test_an_example_of_the_guide_gives_what_it_says(guide: str, expression: str, result: str) -> None:
    context = from_python(json.loads(_blocks(guide, "json")[0], object_hook=_dates))
    assert to_plain(compile_expression(expression).evaluate(context)) == json.loads(result)


def test_both_guides_have_the_same_examples() -> None:
    english, chinese = (_blocks(guide, "feel") + _blocks(guide, "json") for guide in GUIDES)
    assert english == chinese


@pytest.mark.parametrize("guide", GUIDES)
def test_every_built_in_stands_in_the_guide(guide: str) -> None:
    text = _text(guide)
    assert [name for name in BUILTINS if f"`{name}`" not in text and f"`{name}()`" not in text] == []


@pytest.mark.parametrize("guide", GUIDES)
def test_every_calendar_function_stands_in_the_guide(guide: str) -> None:
    from workflows.domain import Complaints

    text = _text(guide)
    assert [name for name in Complaints().feel_names() if f"`{name}(" not in text] == []
