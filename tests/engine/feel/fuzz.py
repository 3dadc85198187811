"""Random texts against the language: nothing but our own errors may come out, and what parses must survive printing.

Run a million from the project root: `python -m tests.engine.feel.fuzz 1000000 [seed]`.
"""

import random
import sys
import time
from pathlib import Path

from engine.feel import (
    Budget,
    BudgetExceeded,
    Expression,
    FeelSyntaxError,
    UnaryTests,
    compile_expression,
    compile_unary_tests,
    format_expression,
    from_python,
    to_plain,
    to_text,
)
from engine.feel.builtins import BUILTINS

NAMES = ("a-b", "profit and loss", "x", "full name")
CONTEXT = from_python(
    {
        "x": 3,
        "y": 2.5,
        "s": "text",
        "b": True,
        "n": None,
        "l": [1, 2, 3, None, "a", [4]],
        "c": {"a": 1, "b": {"c": [{"d": 1}, {"d": 2}]}},
        "a-b": 7,
        "profit and loss": 9,
        "full name": "Li Ming",
        "item": 1,
    }
)
BUDGET = Budget(steps=2_000, depth=300, text=20_000, items=2_000, seconds=0.05)
_WORDS = """
+ - * / ** = != < <= > >= ( ) [ ] { } , : . .. @ ? ; ' ! % # $
for return if then else some every satisfies instance of in function external or and between
true false null not item partial number string list<number> context<a: number> range<date> Any
x y s b n l c a-b a d e profit_and_loss 0 1 2 -1 3.14 .5 1e3 99999999999999999999999999999999999999 1E6144
"a" "" "\\u00e9" "\\q" @"2020-01-31" @"P1M" @"PT1H" @"10:00:00Z" @"2020-01-31T10:00:00" " \\ /* c */
x.y c.b.c l[1] [1..5] ]1..2[ 名称 é \U0001f40e \x00
"""
_TOKENS = [*_WORDS.split(), "profit and loss", "full name", "date and time", "//c\n", "\n", "\t", "\u3000"]
_STANDARD = [
    line
    for line in (Path(__file__).parent / "standard.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]


def token_soup(random_: random.Random) -> str:
    """Some tokens in a row."""
    tokens = _TOKENS if random_.random() < 0.7 else [*_TOKENS, *(f"{name}(" for name in BUILTINS)]
    glue = random_.choice(("", " ", " "))
    return glue.join(random_.choice(tokens) for _ in range(random_.randint(1, 14)))


def mutation(random_: random.Random) -> str:
    """An example of the standard with pieces cut, doubled, swapped or replaced."""
    text = random_.choice(_STANDARD)
    for _ in range(random_.randint(1, 4)):
        at, until = sorted(random_.randint(0, len(text)) for _ in range(2))
        until = min(until, at + random_.randint(0, 6))
        piece = random_.choice(("", text[at:until] * 2, random_.choice(_TOKENS), random_.choice(_STANDARD)[:12]))
        text = text[:at] + piece + text[until:]
    return text


def sentence(random_: random.Random, depth: int = 4) -> str:
    """A text which the grammar mostly allows."""
    if depth == 0 or random_.random() < 0.2:
        return random_.choice(
            ("1", "x", "s", '"a"', "true", "null", "l", "c", "item", '@"P1D"', "2.5", "a-b", "n", "?", "partial")
        )

    def inner() -> str:
        return sentence(random_, depth - 1)

    name = random_.choice(("i", "j", "x", "a-b"))
    kind = random_.randrange(20)
    if kind < 3:
        return f"{inner()} {random_.choice(('+', '-', '*', '/', '**'))} {inner()}"
    if kind < 5:
        return f"{inner()} {random_.choice(('=', '!=', '<', '<=', '>', '>='))} {inner()}"
    if kind < 7:
        return f"{inner()} {random_.choice(('and', 'or'))} {inner()}"
    if kind == 7:
        return f"if {inner()} then {inner()} else {inner()}"
    if kind == 8:
        return f"for {name} in {random_.choice((inner(), '1..40', '[1..3)'))} return {inner()}"
    if kind == 9:
        return f"{random_.choice(('some', 'every'))} {name} in {inner()} satisfies {inner()}"
    if kind == 10:
        return f"[{inner()}, {inner()}]" if random_.random() < 0.6 else f"({inner()}..{inner()}]"
    if kind == 11:
        return f"{{a: {inner()}, {name}: {inner()}}}"
    if kind == 12:
        return (
            f"({inner()})[{inner()}]" if random_.random() < 0.5 else f"({inner()}).{random_.choice(('a', 'b', 'year'))}"
        )
    if kind == 13:
        function = random_.choice(tuple(BUILTINS))
        return f"{function}({', '.join(inner() for _ in range(random_.randint(0, 3)))})"
    if kind == 14:
        return f"(function({name}) {inner()})({inner()})"
    if kind == 15:
        return f"{inner()} in ({random_.choice(('<', '>=', '', ''))} {inner()}, {inner()})"
    if kind == 16:
        return f"{inner()} between {inner()} and {inner()}"
    if kind == 17:
        return f"({random_.choice(('<', '<=', '>', '>=', '='))} {inner()})"
    if kind == 18:
        signature = random_.choice(BUILTINS[random_.choice(tuple(BUILTINS))])
        name = next(each for each, known in BUILTINS.items() if signature in known)
        return f"{name}({', '.join(f'{param.name}: {inner()}' for param in signature.params)})"
    return (
        f"-({inner()})"
        if random_.random() < 0.7
        else f"({inner()}) instance of {random_.choice(('number', 'list<Any>'))}"
    )


def check(text: str) -> str:
    """What became of a text: `refused`, `evaluated` or `exhausted`; any other exception passes through."""
    try:
        expression: Expression | UnaryTests = compile_expression(text, names=NAMES)
    except FeelSyntaxError:
        try:
            expression = compile_unary_tests(text, names=NAMES)
        except FeelSyntaxError as problem:
            if not 0 <= problem.position <= len(text):
                raise AssertionError(text) from problem
            return "refused"
    printed = format_expression(expression.tree, names=NAMES)
    again = compile_expression if isinstance(expression, Expression) else compile_unary_tests
    assert again(printed, names=NAMES).tree == expression.tree, (text, printed)
    assert isinstance(expression.names | expression.possible_names | expression.calls, frozenset)
    try:
        if isinstance(expression, UnaryTests):
            assert expression.evaluate(CONTEXT["x"], CONTEXT, budget=BUDGET) in (True, False, None), text
        else:
            value = expression.evaluate(CONTEXT, budget=BUDGET)
            assert isinstance(to_text(value), str), text
            to_plain(value)
    except BudgetExceeded:
        return "exhausted"
    return "evaluated"


def run(count: int, seed: int = 0) -> dict[str, int]:
    """Check so many texts; gives how many of each outcome."""
    random_ = random.Random(seed)
    outcomes = {"refused": 0, "evaluated": 0, "exhausted": 0}
    for index in range(count):
        text = (token_soup, mutation, sentence)[index % 3](random_)
        try:
            outcomes[check(text)] += 1
        except BaseException:
            sys.stderr.write(f"seed {seed}, text {index}: {text!r}\n")
            raise
    return outcomes


if __name__ == "__main__":
    began = time.perf_counter()
    found = run(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0)
    sys.stdout.write(f"{found} in {time.perf_counter() - began:.0f} s\n")
