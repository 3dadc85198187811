"""Functions which do not exist are refused wherever an expression calls them: diagram, form, decision."""

import pytest

from engine import lint
from engine.hooks import Domain
from tests import builders as b

FORM = b.form("f", {
    "type": "textfield", "id": "field", "key": "a", "label": "a", "conditional": {"hide": "=strng length(a) > 1"},
})  # fmt: skip
ASKING = b.decision("D", "t", "r")


def deciding(asked: str = "x", test: str = "-", answer: str = "1") -> dict[str, bytes]:
    return {"t.dmn": b.table("t", [asked], "o", [([test], answer)])}


PLACES: dict[str, tuple[b.Element, dict[str, bytes], str]] = {
    "form": (b.user("A", form="f"), {"f.form": FORM}, "field"),
    "input of a table": (ASKING, deciding(asked="strng length(x)"), "t"),
    "cell of a table": (ASKING, deciding(test="strng length(?)"), "t"),
    "output of a table": (ASKING, deciding(answer="strng length(x)"), "t"),
    "diagram": (b.script("S", "=strng length(x)", "y"), {}, "S"),
}


@pytest.mark.parametrize("place", PLACES)
def test_a_function_which_does_not_exist_is_refused_with_the_one_that_was_meant(place: str) -> None:
    element, files, named = PLACES[place]
    whole = b.bundle(b.process("P", b.start(), element, b.end()), files=files)
    [finding] = [each for each in lint.check(whole) if each.severity == "error"]
    assert (finding.element, finding.code) == (named, "unknown_feel_function")
    assert finding.hint_en == "Is string length meant?"
    assert finding.hint_zh


def test_functions_of_the_domain_and_of_the_language_are_known_everywhere() -> None:
    class Calendar(Domain):
        def feel_names(self) -> set[str]:
            return {"strng length"}

    for element, files, _ in PLACES.values():
        found = lint.check(b.bundle(b.process("P", b.start(), element, b.end()), files=files), domain=Calendar())
        assert [each for each in found if each.code == "unknown_feel_function"] == []
