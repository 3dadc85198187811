"""Whatever the text: nothing but our own errors, and what parses is the same after printing."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.feel import from_python, to_plain
from engine.feel.compare import equal, less
from engine.feel.translate import NotTranslatable, from_juel, from_python_condition
from tests.engine.feel import fuzz


@given(st.text(max_size=60))
@settings(max_examples=400, deadline=None)
def test_any_text_is_refused_or_evaluated(text: str) -> None:
    assert fuzz.check(text) in ("refused", "evaluated", "exhausted")


@given(st.randoms(use_true_random=False))
@settings(max_examples=600, deadline=None)
def test_any_sentence_survives_printing(random_: random.Random) -> None:
    assert fuzz.check(fuzz.sentence(random_)) in ("refused", "evaluated", "exhausted")


def test_six_thousand_random_texts_are_clean() -> None:
    outcomes = fuzz.run(6_000, seed=7)
    assert sum(outcomes.values()) == 6_000
    assert outcomes["evaluated"] > 1_000


_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**12), 10**12)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(_JSON)
@settings(deadline=None)
def test_data_of_json_survives_the_way_in_and_out(data: object) -> None:
    value = from_python(data)
    assert equal(value, from_python(to_plain(value))) is True


@given(_JSON, _JSON)
@settings(deadline=None)
def test_equality_and_order_look_the_same_from_both_sides(left: object, right: object) -> None:
    one, two = from_python(left), from_python(right)
    assert equal(one, two) == equal(two, one)
    assert less(one, two) is None or not (less(one, two) and less(two, one))


@given(st.text(alphabet="ab1 .'\"()[]{}$#&|!=<>+-*/%?:,emptynotandortruefalse\n", max_size=40))
@settings(max_examples=400, deadline=None)
def test_translators_give_feel_or_refuse(text: str) -> None:
    for translate in (from_juel, from_python_condition):
        for foreign in (text, "${" + text + "}"):
            try:
                found = translate(foreign)
            except NotTranslatable:
                continue
            assert fuzz.check(found) in ("evaluated", "exhausted")
