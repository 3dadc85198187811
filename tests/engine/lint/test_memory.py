"""The gate's report on the same files among the same things is not made twice."""

from collections.abc import Iterator, Mapping, Sequence

import pytest
from sqlalchemy.orm import Session

from engine import definitions, hooks, publishing
from engine.findings import Finding
from engine.lint.memory import REMEMBERED, remembered
from engine.spiff.model import Diagram
from tests.builders import bundle, call, end, process, start, user


class Counting(hooks.Domain):
    """Counts how often a bundle was judged."""

    judged = 0

    def lint(self, files: Mapping[str, bytes], diagram: Diagram) -> Sequence[Finding]:
        Counting.judged += 1
        return ()


@pytest.fixture
def counting() -> Iterator[type[Counting]]:
    before = hooks.install(Counting())
    Counting.judged = 0
    yield Counting
    hooks.install(before)


def files(name: str) -> dict[str, bytes]:
    return bundle(process("P", start(), user(name), end()), key="memory")


def test_the_same_files_are_judged_once_and_others_again(session: Session, counting: type[Counting]) -> None:
    first = publishing.report(session, files("Memory1"))
    assert publishing.report(session, files("Memory1")) == first
    assert counting.judged == 1
    publishing.report(session, files("Memory2"))
    assert counting.judged == 2


def test_what_is_published_meanwhile_counts(session: Session, counting: type[Counting]) -> None:
    caller = bundle(process("P", start(), call("Memory3", "Late"), end()), key="memory")
    assert [each.code for each in publishing.report(session, caller) if each.severity == "error"] == ["unknown_process"]
    called = bundle(process("Late", start("S"), user("Memory4"), end("E")), key="late", main="Late")
    definitions.publish_files(session, "late", called, author="anna")
    assert [each for each in publishing.report(session, caller) if each.severity == "error"] == []


def nothing() -> list[Finding]:
    return []


def test_a_changed_answer_of_the_caller_changes_nothing_remembered() -> None:
    remembered("a key of this test", nothing).append(Finding("A", "junk", "error", "", ""))
    assert remembered("a key of this test", nothing) == []


def test_only_so_many_are_remembered() -> None:
    made: list[int] = []

    def ask(number: int) -> None:
        def make() -> list[Finding]:
            made.append(number)
            return []

        remembered(("many", number), make)

    for number in [*range(REMEMBERED + 1), 0]:
        ask(number)
    assert made == [*range(REMEMBERED + 1), 0]
