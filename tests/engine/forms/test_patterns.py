"""Patterns mean what they mean in a browser, and cost neither memory nor time."""

import time

import pytest

from engine.forms import lint, patterns
from tests.engine.forms.build import codes, field, form, schema, submit


def _found(pattern: str) -> list[str]:
    return [finding.code for finding in lint(schema(field("textfield", validate={"pattern": pattern})))]


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        (r"^\d{3}$", "123", True),
        (r"^\d{3}$", "123\n", False),
        ("^.+$", "a\u2028b", False),
        ("^.+$", "a\rb", False),
        ("^.$", "😀", False),
        ("^[😀]{2}$", "😀", True),
        (r"\s", "\ufeff", True),
        (r"\s", "\x1c", False),
        (r"^\w$", "é", False),
        (r"^[\D]$", "a", True),
        (r"^[\d-x]+$", "1-x", True),
        ("^[^]$", "\n", True),
        ("[]", "a", False),
        (r"(?<y>a)\k<y>", "aa", True),
        (r"(?<y>a)\k<y>", "ab", False),
        (r"^(a)?b\1$", "b", True),
        (r"^\cA$", "\x01", True),
        ("^[\u4e00-\u9fa5]{2,4}$", "张三", True),
        (r"^[\u4e00-\u9fa5]{2,4}$", "张三", True),
        (r"^(?=.*[A-Z])(?=.*\d).{8,}$", "Passw0rdd", True),
        (r"(?<!a)b", "ab", False),
    ],
)
def test_a_pattern_means_what_a_browser_takes_it_for(pattern: str, text: str, fits: bool) -> None:
    assert patterns.found_in(pattern, text) is fits


@pytest.mark.parametrize(
    ("pattern", "part"),
    [
        (r"^\p{L}+$", r"\p"), (r"\A", r"\A"), (r"\Z", r"\Z"), (r"\h", r"\h"), (r"\R", r"\R"), (r"\X", r"\X"),
        (r"\u{4e00}", r"\u{4e0"), ("(?i)a", "(?i"), ("(?P<n>a)", "(?P"), ("(?>a)", "(?>"), ("(?R)", "(?R"),
        ("(?#c)a", "(?#"), ("a++", "++"), ("a{2}{3}", "{2}{"), ("(?:a){e<=1}", "{e<=1}"), ("a{,3}", "{,3}"),
        ("[[:alpha:]]", "[:alpha:]"), (r"(a)\2", r"\2"), (r"\1(a)", r"\1"),
    ],
)  # fmt: skip
def test_a_pattern_of_another_language_is_refused_with_the_part_which_is_foreign(pattern: str, part: str) -> None:
    (finding,) = lint(schema(field("textfield", validate={"pattern": pattern})))
    assert finding.code == "foreign-pattern"
    assert part in finding.message_en
    assert part in finding.message_zh


@pytest.mark.parametrize("pattern", ["(", ")", "[a", "*", "a{5,2}", "[z-a]", "\\", "(?=a)*", "a" * 2_000])
def test_what_is_no_pattern_is_said_to_be_none(pattern: str) -> None:
    assert _found(pattern) == ["bad-pattern"]


@pytest.mark.parametrize(
    "pattern", ["(?:(?:a{999}){99}){99}", "(?:a{999}){987}", "a{1,99999}", "((a{0,99}){0,99}){0,9}", "a{5001}"]
)
def test_repeats_which_multiply_are_refused_before_they_are_compiled(pattern: str) -> None:
    assert _found(pattern) == ["heavy-pattern"]


def test_many_large_patterns_are_too_much_for_one_form() -> None:
    many = [
        field("textfield", f"f{number}", validate={"pattern": f"(?:ab){{{1500 + number}}}"}) for number in range(99)
    ]
    assert "too-much-feel" in [finding.code for finding in lint(schema(*many))]


def test_slow_patterns_share_the_time_of_one_submission() -> None:
    cell = field("textfield", validate={"pattern": "^(a|a)*$"})
    tested = form({"type": "dynamiclist", "id": "l", "path": "rows", "label": "rows", "components": [cell]})
    before = time.thread_time()
    submission = tested.validate({"rows": [{"x": "a" * 35 + "!"}] * 200})
    assert codes(submission) == ["too-complex"]
    assert time.thread_time() - before < 2


def test_a_pattern_which_explodes_ends_in_a_problem_not_in_a_wait() -> None:
    component = field("textfield", validate={"pattern": "^(a+)+$"})
    assert codes(submit(component, "a" * 60 + "!")) == ["pattern"]


@pytest.mark.parametrize("address", ["a@b", "a@-b.c", "a@b-.c", "a@b..c", "a b@c.d", " "])
def test_what_is_no_address_is_refused(address: str) -> None:
    assert not patterns.found_in(patterns.EMAIL, address)
