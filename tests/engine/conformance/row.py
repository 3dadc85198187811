"""A row of the table: a tiny diagram with what it must do, or the code it must be refused with."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine import lint
from engine.findings import Finding
from engine.spiff.opening import Opening, opening
from engine.spiff.workflow import tokens
from tests.builders import bundle
from tests.engine.spiff.player import Player


@dataclass(frozen=True, slots=True)
class Row:
    """zh, en: the construct; parts: of the diagram, whose process is P.

    story: what happens, in words which are played: `[A B]` = exactly these user tasks are open, `A!` or `A!{"x": 1}` =
    A is completed (with values), `+90m` = time passes, `m:name:key` = a message comes, `s:name` = a signal comes,
    `lane:A:L`, `who:A:anna` = A is in that lane, or that person's; `told:signal` = that was promised to others; `end` =
    the process has ended. entry: the message (`signal:` name) it starts by. code: not a story, but why it is refused.
    """

    zh: str
    en: str
    parts: tuple[str, ...]
    story: str = ""
    code: str = ""
    variables: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)
    entry: str | None = None

    def errors(self) -> list[Finding]:
        """What the publish gate refuses."""
        found = lint.check(bundle(*self.parts, files=dict(self.files)))
        return [finding for finding in found if finding.severity == "error"]

    def refusal(self) -> Finding:
        """The reason it is refused with."""
        return next(finding for finding in self.errors() if finding.code == self.code)

    def play(self) -> None:
        """Tell the story to the engine; raises AssertionError where it goes otherwise."""
        player = Player(bundle(*self.parts, files=dict(self.files)), self.variables, entry=self.entry)
        for word in re.findall(r"\[[^]]*\]|\S+?!\{.*?\}|\S+", self.story):
            _do(player, word)


def _do(player: Player, word: str) -> None:
    if word == "end":
        assert player.ended, player.standing
    elif word.startswith("["):
        assert sorted(player.open) == sorted(word[1:-1].split()), (word, player.open)
    elif word.startswith("+"):
        player.wait(**{{"m": "minutes", "h": "hours", "d": "days"}[word[-1]]: int(word[1:-1])})
    elif word.startswith(("lane:", "who:")):
        kind, element, expected = word.split(":")
        opened = _opened(player, element)
        assert expected == (opened.lane if kind == "lane" else opened.assignee), opened
    elif word.startswith("told:"):
        assert word.removeprefix("told:") in [kind for kind, _ in player.effects], player.effects
    elif word.startswith(("m:", "s:")):
        kind, name, *key = word.split(":")
        assert player.message(name, *key) if kind == "m" else player.signal(name), word
    else:
        task, _, values = word.partition("!")
        player.complete(task, **json.loads(values or "{}"))


def _opened(player: Player, element: str) -> Opening:
    """Who and when of the open user task of that element."""
    top = player.load()
    return next(opening(token) for token in tokens(top) if token.task_spec.drawn.id == element)
