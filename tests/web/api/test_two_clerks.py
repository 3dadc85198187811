"""Two clerks work on one task at random, each with what their own page last saw: nothing typed is silently lost."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

import pytest
from sqlalchemy import select

from engine.db import transaction
from engine.models import TaskStatus, UserTask
from tests.web.conftest import COMPLAINT, Door
from workflows.models import Submission

RUNS = 100
MOVES = 9


@dataclass
class Clerk:
    """A page open on the task. rev: the version it saw; typed: what stands in its form; told: how often it learnt that
    somebody was faster; done: the task can no longer be worked on from here."""

    name: str
    door: Door
    path: str
    rev: int = 0
    typed: str = ""
    told: int = 0
    done: bool = False
    seen: list[str] = field(default_factory=list)

    def load(self) -> None:
        """What opening the page brings: version, draft."""
        shown = self.door.get(self.path).json
        assert shown is not None
        self.rev, self.done = shown["rev"], shown["status"] != "open"
        self.typed = str((shown["draft"] or {}).get("note", ""))
        self.seen.append(self.typed)

    def send(self, method: str, verb: str, body: Any) -> bool:
        """A command with the version this page saw; True where it was taken, else the clerk was told and keeps all."""
        command = self.door.put if method == "PUT" else self.door.post
        answer = command(f"{self.path}/{verb}", body, headers={"If-Match": f'"{self.rev}"'})
        if answer.status_code == 200:
            if answer.json is not None and "assignee" in answer.json:
                self.rev = answer.json["rev"]
            return True
        assert answer.status_code in {403, 409, 412}, answer.text
        assert answer.json is not None or answer.get_json(force=True)["title"]
        self.told += 1
        return False


def play(rng: Random, clerks: list[Clerk], head: Door, number: int) -> tuple[list[tuple[str, str, str]], str | None]:
    """Random moves of both; the accepted writes as (who, text, the text which their page had seen), what was sent."""
    written: list[tuple[str, str, str]] = []
    sent: str | None = None
    for clerk in clerks:
        clerk.load()
    for move in range(MOVES):
        clerk = rng.choice(clerks)
        act = rng.choice(("type", "type", "type", "load", "claim", "unclaim", "complete", "urge"))
        if act == "load":
            clerk.load()
        elif act == "urge":  # a third person looks on, and nobody's version changes
            if sent is None:
                assert head.post(f"{clerk.path}/urge", {"reason": "快"}).status_code == 200
        elif act == "type":
            clerk.typed += f" {clerk.name}{number}.{move}"
            if clerk.send("PUT", "draft", {"draft": {"note": clerk.typed}}):
                written.append((clerk.name, clerk.typed, clerk.seen[-1]))
                clerk.seen.append(clerk.typed)
        elif act == "complete":
            text = clerk.typed
            if clerk.send("POST", "complete", {"data": {"accept_outcome": "accepted", "note": text}}):
                assert sent is None, "completed twice"
                sent = text
        else:
            clerk.send("POST", act, None)
    return written, sent


@pytest.mark.slow
def test_in_100_interleavings_of_two_clerks_nothing_is_silently_lost(as_: Callable[[str], Door], process: None) -> None:
    rng = Random(2026)
    as_head = as_("sun")
    doors = {"甲": as_("wang"), "乙": as_("li")}
    refused = completed = 0
    for number in range(RUNS):
        assert doors["乙"].post("/cases", COMPLAINT).status_code == 201
        with transaction() as session:
            task = session.scalars(
                select(UserTask)
                .where(UserTask.element_id == "Task_Accept", UserTask.status == TaskStatus.OPEN.value)
                .order_by(UserTask.id.desc())
                .limit(1)
            ).one()
        clerks = [Clerk(name, door, f"/tasks/{task.id}") for name, door in doors.items()]
        written, sent = play(rng, clerks, as_head, number)
        before = ""
        for who, text, seen in written:
            assert seen == before, f"{who} wrote over {before!r} without having seen it"
            before = text
        with transaction() as session:
            kept = session.get_one(UserTask, task.id)
            forms = session.scalars(select(Submission).where(Submission.task_id == task.id)).all()
            if sent is None:
                assert kept.status == TaskStatus.OPEN
                assert str((kept.draft or {}).get("note", "")) == before
                assert forms == []
            else:
                assert [form.data.get("note") or "" for form in forms] == [sent.strip() and sent]
                assert sent.startswith(before) or before in sent, "a draft somebody kept went by the completion"
        refused += sum(clerk.told for clerk in clerks)
        completed += sent is not None
    assert refused > RUNS
    assert completed > RUNS // 4
