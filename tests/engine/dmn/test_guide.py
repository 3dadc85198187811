"""Every example of the guides for process owners is run, in both languages."""

import json
import re
from pathlib import Path

import pytest

from engine import forms
from tests.engine.dmn.build import table

DOCS = Path(__file__).resolve().parents[3] / "docs"
GUIDES = {"decisions.zh-CN.md": ("zh-CN", "；"), "decisions.en.md": ("en", "; ")}
BLOCK = re.compile(r"^```(decision|form)\n(.*?)^```", re.MULTILINE | re.DOTALL)
EXAMPLES = [
    pytest.param(kind, text, guide, id=f"{guide}-{number}")
    for guide in GUIDES
    for number, (kind, text) in enumerate(BLOCK.findall((DOCS / guide).read_text(encoding="utf-8")), 1)
]


def _cells(row: str) -> tuple[list[str], list[str]]:
    left, right = row.strip().strip("|").split("||")
    return [cell.strip() for cell in left.split("|")], [cell.strip() for cell in right.split("|")]


def _claims(lines: list[str]) -> list[tuple[dict[str, object], str, str]]:
    found = []
    for line in lines:
        sign = "→" if "→" in line else "✗"
        given, expected = line.removeprefix("? ").split(sign)
        found.append((json.loads(given), sign, expected.strip()))
    return found


def _check_decision(text: str, locale: str) -> None:
    lines = text.strip().split("\n")
    policy, _, aggregation = lines[0].partition(" ")
    rows = [_cells(line) for line in lines if line.startswith("|")]
    inputs, outputs = rows[0]
    decisions = table(
        inputs, outputs, [(*left, *right) for left, right in rows[1:]], policy=policy, aggregation=aggregation
    )
    claims = _claims([line for line in lines if line.startswith("? ")])
    assert claims
    for facts, sign, expected in claims:
        result = decisions.evaluate("D", facts)
        if sign == "→":
            assert result.plain() == json.loads(expected)
        else:
            (note,) = result.diagnostics
            assert expected == (note.message_zh if locale == "zh-CN" else note.message_en)


def _check_form(text: str, locale: str, separator: str) -> None:
    schema, _, rest = text.partition("\n]}\n")
    lines = rest.strip().split("\n")
    context = json.loads(lines.pop(0).removeprefix("= ")) if lines[0].startswith("= ") else {}
    form = forms.load(schema + "\n]}")
    claims = _claims(lines)
    assert claims
    for data, sign, expected in claims:
        submission = form.validate(data, context=context, locale=locale)
        if sign == "→":
            assert submission.ok, submission.messages
            assert submission.values == json.loads(expected)
        else:
            assert separator.join(submission.messages) == expected


@pytest.mark.parametrize(("kind", "text", "guide"), EXAMPLES)
def test_an_example_of_the_guide_does_what_it_says(kind: str, text: str, guide: str) -> None:
    locale, separator = GUIDES[guide]
    if kind == "decision":
        _check_decision(text, locale)
    else:
        _check_form(text, locale, separator)


def test_both_guides_have_the_same_examples() -> None:
    kinds = {guide: [kind for kind, _ in BLOCK.findall((DOCS / guide).read_text(encoding="utf-8"))] for guide in GUIDES}
    assert kinds["decisions.zh-CN.md"] == kinds["decisions.en.md"]
    assert len(kinds["decisions.en.md"]) >= 5
