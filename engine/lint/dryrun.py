"""The dry run: opens every path of a bundle with a virtual clock and values chosen from the bundle itself.

It is a search, not a proof: bounded in moves and time. What it never reached is doubted; what failed or hung wherever
it was tried refuses the bundle, unless a stand-in value may be to blame.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Any

from engine import processor
from engine.errors import Invalid
from engine.findings import Finding
from engine.forms import FieldProblem
from engine.lint import candidates, scopes, surroundings
from engine.lint.bundle import Bundle
from engine.lint.choosing import Chooser
from engine.lint.goals import goals
from engine.lint.playing import Moment, Player
from engine.lint.structure import error, warning
from engine.spiff.compiled import compile_diagram
from engine.spiff.errors import Failure

MOVES = 3_000
SECONDS = 0.6
"""Of processor time, so that a busy machine finds the same; what the other rules took is taken from it."""
LEAST_SECONDS = 0.1
PATIENCE = 12
"""Moves in a row without anything new, for each element and flow to be reached, before the search gives up."""
DULL = 100
"""Moves in a row without anything new after which half of the walks begin at a start."""
LONG = 60
SHORT = 3
KEPT = 12
FIRST = 2
MOST_FRUITLESS = 40
ENDLESS = "too_many_moves"
UNFORESEEN = "unforeseen"
"""An error in the engine itself, which no value excuses."""
HANGS = frozenset({"deadlock", "stuck", ENDLESS, "too_many_tokens", "too_deep"})


@dataclass(slots=True)
class Search:
    """What the dry run has seen.

    passed: ids of elements and flows; failed: element -> its last failure; unfilled: user task -> what its form
    objected to, whatever was tried; goals: of `lint.goals`; guessed: variables with stand-in values; complete: the
    bounds were not spent; hurried: time was what ended it, so that nothing is said of what was not passed; moves: made
    so far, the last with anything new was number `news_at`.
    """

    passed: set[str] = field(default_factory=set)
    failed: dict[str, Failure] = field(default_factory=dict)
    unfilled: dict[str, list[FieldProblem]] = field(default_factory=dict)
    guessed: frozenset[str] = frozenset()
    goals: Mapping[str, list[dict[str, Any]]] = field(default_factory=dict)
    moves: int = 0
    news_at: int = 0
    complete: bool = True
    hurried: bool = False

    def goal(self, rng: Random) -> dict[str, Any]:
        """Values with which some flow that was never taken would be."""
        missing = [flow for flow in self.goals if flow not in self.passed]
        return rng.choice(self.goals[rng.choice(missing)]) if missing else {}


@dataclass(slots=True)
class Places:
    """Where instances waited, by the set of elements: some moments each, with how often a walk began there."""

    ahead: Mapping[str, frozenset[str]]
    kept: dict[frozenset[str], list[Moment]] = field(default_factory=dict)
    begun: Counter[frozenset[str]] = field(default_factory=Counter)

    def keep(self, moment: Moment, rng: Random) -> None:
        """Keep a moment of its place; later ones take the place of earlier ones by chance."""
        here = self.kept.setdefault(moment.standing, [])
        if len(here) < KEPT:
            here.append(moment)
        else:
            here[rng.randrange(KEPT)] = moment

    def promising(self, passed: set[str]) -> frozenset[str] | None:
        """The place with something new ahead where the fewest walks began."""
        found = [
            place for place in self.kept if any(not self.ahead.get(element, frozenset()) <= passed for element in place)
        ]
        if not found:
            return None
        chosen = min(found, key=lambda place: (self.begun[place], sorted(place)))
        self.begun[chosen] += 1
        return chosen


def findings(bundle: Bundle, *, spent: float = 0.0) -> Iterator[Finding]:
    """`fails` and `hangs` (errors where it never went well), `never_reached` or `dry_run_cut` (warnings).

    spent: seconds of processor time which the bundle has cost so far.
    """
    try:
        search = explore(bundle, seconds=max(SECONDS - spent, LEAST_SECONDS))
    except Invalid as refused:
        for each in refused.problems:
            yield error(each["path"], "fails", each["message_zh"], each["message_en"])
        return
    yield from _failures(bundle, search)
    for element, (problem, *_) in sorted(search.unfilled.items()):
        zh = f"试运行找不到此表单能接受的值：{problem.label or problem.path}，{problem.message_zh}"
        en = f"The dry run found nothing that this form accepts: {problem.label or problem.path}, {problem.message_en}"
        yield warning(element, "form_not_filled", zh, en, *_FORM_HINT)
    yield from _unreached(bundle, search)


def explore(bundle: Bundle, *, moves: int = MOVES, seconds: float = SECONDS) -> Search:
    """Play every process of a bundle until all was passed or the bounds are spent. Raises Invalid."""
    began = processor.seconds()
    read_forms = scopes.loaded_forms(bundle)
    chooser = Chooser(candidates.gather(bundle, read_forms.values()))
    loose = surroundings.loose(bundle, read_forms)
    outside = surroundings.outside(bundle, loose)
    compiled = compile_diagram("dry-run", bundle.files, bundle.diagram, outside, bundle.decisions)
    search = Search(guessed=loose - chooser.candidates.told, goals=goals(bundle, chooser.candidates))
    until = max(began + seconds, processor.seconds() + LEAST_SECONDS)
    errors, ahead = surroundings.caught(bundle.diagram), surroundings.ahead(bundle.diagram, bundle.effort.spend)
    starts = (loose, loose | frozenset(bundle.variables or ()))
    for process_id in surroundings.roots(bundle.diagram):
        spec = compiled.specs[process_id]
        player = Player(spec, chooser, read_forms, errors, bundle.feel_names, loose)
        entries: list[str | None] = [None] if spec.entry else []
        entries += spec.entries
        begin = [(entry, given) for entry in entries for given in starts]
        _search(player, search, surroundings.wanted(bundle.diagram, process_id), ahead, begin, moves, until)
        search.unfilled |= {element: problems for element, problems in player.filled.items() if problems}
    return search


def _search(
    player: Player,
    search: Search,
    wanted: set[str],
    ahead: Mapping[str, frozenset[str]],
    starts: list[tuple[str | None, frozenset[str]]],
    moves: int,
    until: float,
) -> None:
    """Walks from the starts, and short ones from places with something new ahead, until everything was passed."""
    places = Places(ahead)
    number, search.news_at = 0, search.moves
    while number < FIRST * len(starts) or not wanted <= search.passed:
        fruitless = search.moves - search.news_at > PATIENCE * len(wanted)
        late = processor.seconds() > until
        if search.moves >= moves or fruitless or late:
            search.complete, search.hurried = False, search.hurried or late
            return
        dull = search.moves - search.news_at > DULL  # what is kept at those places may not do: begin anew more often
        player.chooser.goal = search.goal(player.chooser.rng) if dull or number % 2 else {}
        anew = number < FIRST * len(starts) or number % (2 if dull else 10) == 0
        place = None if anew else places.promising(search.passed)
        number += 1
        if place is not None:
            _walk(player, search, player.chooser.rng.choice(places.kept[place]), places, SHORT, until)
            continue
        entry, given = starts[number % len(starts)]
        _walk(player, search, _tried(player, search, partial(player.begin, entry, given)), places, LONG, until)
        if not places.kept and number > MOST_FRUITLESS:
            return


def _walk(player: Player, search: Search, moment: Moment | None, places: Places, length: int, until: float) -> None:
    """Go on from a moment until the instance ends, fails, or has gone far enough; keep the places passed."""
    for _ in range(length):
        if moment is None or moment.ended or processor.seconds() > until:
            return
        places.keep(moment, player.chooser.rng)
        moment = _tried(player, search, partial(player.go_on, moment))


def _tried(player: Player, search: Search, play: Callable[[], Moment]) -> Moment | None:
    search.moves += 1
    try:
        return play()
    except Failure as failure:
        if failure.code != "too_slow":  # the engine has more patience with a step than a dry run
            search.failed[failure.element_id] = failure
        return None
    except Exception as unforeseen:  # an instance would have an incident here: the gate says so, and where
        text = f"an error which nobody foresaw ({type(unforeseen).__name__})"
        search.failed[player.at] = Failure(player.at, UNFORESEEN, text)
        return None
    finally:
        known = len(search.passed)
        search.passed.update(player.path)
        player.path.clear()
        if len(search.passed) > known:
            search.news_at = search.moves


def _failures(bundle: Bundle, search: Search) -> Iterator[Finding]:
    """What failed: an error where it never went well and no stand-in value may be the reason."""
    uses = surroundings.used_by_element(bundle)
    for element, failure in sorted(search.failed.items()):
        endless = failure.code == ENDLESS  # went well before that, perhaps, and goes round all the same
        excused = bool(uses.get(element, set()) & search.guessed) and failure.code != UNFORESEEN
        sure = (endless or element not in search.passed) and not excused
        code, hint = ("hangs", _HANGS_HINT) if failure.code in HANGS else ("fails", _FAILS_HINT)
        always = ("", "") if element not in search.passed else ("有时", " sometimes")
        say = error if sure else warning
        yield say(
            element,
            code,
            f"试运行时{always[0]}在此失败：{failure}",
            f"The dry run{always[1]} fails here: {failure}",
            *hint,
        )


_FAILS_HINT = ("检查这里的表达式、取值和默认连线", "Look at the expressions, values and the default flow here")
_FORM_HINT = (
    "检查必填、长度、范围与选项是否互相矛盾",
    "See whether what is required, limits and options contradict each other",
)
_CUT_HINT = (
    "把大的流程拆成由调用活动相连的几个流程，或再检查一次",
    "Divide a large process into several joined by call activities, or check again",
)
_HANGS_HINT = ("检查汇合网关和循环", "Look at joins and loops")


def _unreached(bundle: Bundle, search: Search) -> Iterator[Finding]:
    """Elements and flows which no walk passed; what failed has its own finding."""
    if search.hurried:
        zh, en = "试运行时间已用尽，未能走遍所有路径", "The dry run had no time left to walk every path"
        yield warning(bundle.diagram.main, "dry_run_cut", zh, en, *_CUT_HINT)
        return
    hint = ("检查通向这里的条件是否可能成立", "See whether the conditions on the way can ever hold")
    for process in bundle.diagram.processes.values():
        for scope in process.scopes():
            for node in scope.nodes.values():
                if node.id not in search.passed and node.id not in search.failed:
                    zh, en = "试运行从未到达此处", "The dry run never got here"
                    yield warning(node.id, "never_reached", zh, en, *hint)
            for flow in scope.flows.values():
                if flow.id not in search.passed and flow.source in search.passed and flow.id not in search.failed:
                    zh, en = "试运行从未走过这条连线", "The dry run never took this flow"
                    yield warning(flow.id, "never_reached", zh, en, *hint)
