"""Whatever an expression asks for, it ends: by its budget, with null, or with a value, and without eating memory."""

import contextlib
import time
import tracemalloc
from concurrent.futures import ThreadPoolExecutor

import pytest

from engine.feel import Budget, BudgetExceeded, FeelSyntaxError, Meter, compile_expression, compile_unary_tests, to_text

HUNGRY = [
    "for i in 1..100000000 return i",
    "for i in [1..100000000] return i",
    "for i in 1..1000, j in 1..1000, k in 1..1000 return i * j * k",
    "for a in 1..10 return for i in 1..1000000000 return 1",
    "some i in 1..100000, j in 1..100000 satisfies i * j < 0",
    "{f: function(n) f(n + 1), r: f(1)}.r",
    "{f: function(n) f(n) + f(n), r: f(1)}.r",
    "{f: function(f, n) f(f, n + 1), r: f(f, 1)}.r",
    'for i in 1..60 return if i = 1 then "aaaaaaaaaa" else partial[-1] + partial[-1]',
    "for i in 1..60 return if i = 1 then [1, 1] else concatenate(partial[-1], partial[-1])",
    "duplicate values(for i in 1..90000 return i)",
    "sort(for i in 1..50000 return -i, function(a, b) a < b)",
    "distinct values(for i in 1..50000 return [i])",
    'string join(for i in 1..90000 return "' + "a" * 200 + '")',
    "count(for i in 1..400 return for j in 1..400 return {a: i, b: [j]})",
    "for i in 1..40 return if i = 1 then 1 else [partial[-1], partial[-1]]",
    "string(for i in 1..40 return if i = 1 then 1 else [partial[-1], partial[-1]])",
    "{d: for i in 1..40 return if i = 1 then 1 else [partial[-1], partial[-1]], r: flatten(d)}.r",
    "{d: function() for i in 1..40 return if i = 1 then 1 else [partial[-1], partial[-1]], r: d() = d()}.r",
    "{d: function() for i in 1..40 return if i = 1 then 1 else [partial[-1], partial[-1]], r: is(d(), d())}.r",
    "for i in 1..5000 return [partial[-1]]",
    "{l: for i in 1..50000 return i, r: for i in 1..1000 return sum(l)}.r",
    "{l: for i in 1..50000 return i, r: for i in 1..1000 return sublist(l, 2)}.r",
    "for i in 1..1000 return partial",
    "for i in 1..100 return (=(partial[-1]))",
    "string(for i in 1..100 return (>(partial[-1])))",
    "{d: function() for i in 1..50 return if i = 1 then 1 else (=(partial[-1])), r: d() = d()}.r",
    'for i in 1..100 return replace("' + "a" * 2000 + '", "a", "' + "b" * 2000 + '")',
]


@pytest.mark.parametrize("text", HUNGRY)
def test_a_hungry_expression_ends_in_a_clean_error(text: str) -> None:
    expression = compile_expression(text)
    tracemalloc.start()
    with pytest.raises(BudgetExceeded) as caught:
        expression.evaluate({})
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 50_000_000
    assert caught.value.what in ("steps", "depth", "text", "items", "seconds")
    assert caught.value.message_zh


def test_no_list_comes_to_hold_itself() -> None:
    found = compile_expression("for i in 1..2 return >(partial)").evaluate({})
    assert to_text(found) == "[> [], > [> []]]"


@pytest.mark.parametrize(
    "text", ["9**9**9**9", "9**(9**9)", "10**6144 * 10", "exp(100000)", "decimal(1, 99999)", "1E9999"]
)
def test_a_number_too_large_is_null_or_no_expression(text: str) -> None:
    try:
        found = compile_expression(text).evaluate({})
    except FeelSyntaxError:
        return
    assert found is None or len(str(found)) < 50


def test_the_processor_time_is_bounded() -> None:
    began = time.thread_time()
    with pytest.raises(BudgetExceeded):
        compile_expression("for i in 1..100000000 return i").evaluate({}, budget=Budget(steps=10**9, items=10**9))
    assert time.thread_time() - began < 1


@pytest.mark.parametrize(
    "pattern", ["^(a+)+$", "(a|aa)+$", "(a|a?)+$", "(.*a){20}", "([a-z]+)*[0-9]", "(?=a)", "(x+x+)+y"]
)
def test_no_pattern_explodes(pattern: str) -> None:
    text = f'matches("{"a" * 3000}!", "{pattern}")'
    began = time.thread_time()
    with contextlib.suppress(BudgetExceeded):
        assert compile_expression(text).evaluate({}) in (True, False, None)
    assert time.thread_time() - began < 1


@pytest.mark.parametrize(
    "text",
    [
        "(" * 5000 + "1" + ")" * 5000,
        "[" * 5000 + "]" * 5000,
        "-" * 50_000 + "1",
        "1" + "+1" * 20_000,
        "a" + ".a" * 20_000,
        "a" + "[1]" * 20_000,
        "if a then " * 3000,
        "for a in " * 3000,
        "{a:" * 3000,
        "function(" * 3000,
        "x in (" * 3000,
        "not(" * 3000,
        "]1.." * 3000,
        "1 instance of " + "list<" * 3000,
        "x" * 200_000,
    ],
)
def test_a_text_nested_or_long_beyond_measure_is_refused(text: str) -> None:
    with pytest.raises(FeelSyntaxError):
        compile_expression(text)
    with pytest.raises(FeelSyntaxError):
        compile_unary_tests(text)


ENDLESS = [text for text in HUNGRY if "function" in text and "f(" in text] + [
    "{f: function(n) sort([1, 2], function(a, b) f(n + 1) > 0), r: f(1)}.r",
    "{f: function(n) for i in [n] return f(i + 1), r: f(1)}.r",
    "{f: function(n) [n][f(item + 1) > 0], r: f(1)}.r",
    "{f: function(n) {a: [[[f(n + 1)]]]}, r: f(1)}.r",
]


@pytest.mark.parametrize("text", ENDLESS)
def test_endless_recursion_ends_cleanly_in_a_thread_too(text: str) -> None:
    expression, wide = compile_expression(text), Budget(seconds=5, depth=10**6)

    def ask(budget: Budget | None) -> str:
        try:
            expression.evaluate({}, budget=budget)
        except BudgetExceeded as problem:
            return problem.what
        return ""

    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(ask, None).result() == "depth"
        assert pool.submit(ask, wide).result() == "depth"


@pytest.mark.parametrize("base", [0, 250])
def test_a_hundred_calls_may_be_open_at_a_time(base: int) -> None:
    text = "{f: function(n) if n = 0 then 0 else 1 + f(n - 1), r: f(120)}.r"

    def under(frames: int) -> object:
        return compile_expression(text).evaluate({}) if frames == 0 else under(frames - 1)

    with ThreadPoolExecutor(1) as pool:
        assert str(pool.submit(under, base).result()) == "120"


def test_recursion_within_reason_works() -> None:
    text = "{fact: function(n) if n <= 1 then 1 else n * fact(n - 1), r: fact(40)}.r"
    assert str(compile_expression(text).evaluate({})).startswith("8.15915283247897734345611269596115")


def test_several_evaluations_may_share_one_budget() -> None:
    meter = Meter(Budget(steps=150))
    expression = compile_expression("for i in 1..100 return i")
    expression.evaluate({}, budget=meter)
    with pytest.raises(BudgetExceeded):
        expression.evaluate({}, budget=meter)


def test_a_budget_is_not_used_up_by_the_evaluation_before() -> None:
    budget = Budget(steps=250)
    expression = compile_expression("count(for i in 1..100 return i)")
    assert [str(expression.evaluate({}, budget=budget)) for _ in range(3)] == ["100"] * 3
