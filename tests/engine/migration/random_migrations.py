"""One random migration: a verdict of yes runs on to the end, a verdict of no leaves an instance which does."""

import datetime as dt
import random
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import clock, instances, messages, migration, timers, usertasks
from engine.errors import Invalid, StepFailed
from engine.ids import new_id
from engine.migration import ItemStatus, Plan
from engine.models import InstanceStatus, ProcessInstance, Timer, UserTask
from tests.engine.migration.diagrams import HOLDERS, Maker, drawn, edited
from tests.engine.migration.world import migrate, publish, run, verdict_on

BEGAN = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)
MOST = 300


@dataclass
class Outcome:
    """What a seed came to. kind: `migrated refused undone skipped`; codes: the reasons."""

    seed: int
    kind: str
    codes: tuple[str, ...] = ()


class Bricked(AssertionError):
    """An instance which cannot reach its end."""


def one(session: Session, seed: int) -> Outcome:
    """Begin a random process, walk some way, edit the diagram, preview, migrate (perhaps undo), walk to the end."""
    dice = random.Random(seed)
    maker = Maker(dice)
    tree = maker.of(dice.choice(HOLDERS), dice.randint(2, 3))
    variables = dict(maker.variables)
    for block in tree.walk():
        if block.facts.get("known") == "never":
            variables[f"v_{block.name}"] = block.facts["chosen"]
    tree2, mapping = edited(tree, maker, dice.randint(1, 6))
    try:
        old = publish(session, drawn(tree))
    except Invalid:
        return Outcome(seed, "skipped", ("gate",))
    with clock.at(BEGAN):
        instance = instances.start(
            session, "test", business_key="K", variables=variables, actor="anna", version=old.version
        )
    walk = Walk(session, instance, dice, seed)
    walk.some(dice.randint(0, 6))
    if instance.status != InstanceStatus.RUNNING:
        return Outcome(seed, "skipped", ("over",))
    try:
        new = publish(session, drawn(tree2))
    except Invalid:
        return Outcome(seed, "skipped", ("gate",))
    if old.id == new.id:
        return Outcome(seed, "skipped", ("same",))
    olds = [block.name for block in tree.walk() if block.kind == "user"]
    users = [block.name for block in tree2.walk() if block.kind == "user"]
    if dice.random() < 0.3 and users and olds:
        mapping[dice.choice(olds)] = dice.choice(users)
    with clock.at(walk.now):
        known = {source: target for source, target in mapping.items() if source in olds}
        return _over(session, walk, migration.plan(session, old, new, known))


def _over(session: Session, walk: "Walk", plan: Plan) -> Outcome:
    dice, instance = walk.dice, walk.instance
    if plan.refused:
        return Outcome(walk.seed, "skipped", ("mapping",))
    how = dice.choice(["keep", "recompute"])
    found = verdict_on(session, plan, timers=how)
    kept = walk.note_drafts()
    item = migrate(session, plan, timers=how)
    codes = tuple(sorted({reason.code for reason in found.reasons}))
    if not found.ok:
        assert item.status == ItemStatus.REFUSED, (codes, item.status)
        walk.to_the_end()
        return Outcome(walk.seed, "refused", codes)
    if item.status != ItemStatus.MIGRATED:
        raise Bricked(f"seed {walk.seed}: preview said yes, migration {item.status}: {item.reasons}")
    walk.drafts_are(kept)
    kind = "migrated"
    if dice.random() < 0.25 and instance.status == InstanceStatus.RUNNING:
        kind = "undone"
        migration.undo(session, item.migration_id, actor="owner", reason="")
        run(session, migration.get(session, item.migration_id))
        session.expire_all()
        assert item.status in (ItemStatus.RETURNED, ItemStatus.KEPT), item.reasons
        if item.status == ItemStatus.RETURNED:
            assert instance.definition_id == plan.old.id
    walk.to_the_end()
    return Outcome(walk.seed, kind, codes)


class Walk:
    """Moves one instance by whatever may happen next."""

    def __init__(self, session: Session, instance: ProcessInstance, dice: random.Random, seed: int = -1) -> None:
        self.session, self.instance, self.dice, self.seed = session, instance, dice, seed
        self.now = BEGAN

    def _tasks(self) -> list[UserTask]:
        return usertasks.listing(self.session, instance_id=self.instance.id, limit=500)

    def note_drafts(self) -> dict[object, object]:
        """Type something into an open task."""
        kept: dict[object, object] = {}
        for task in self._tasks()[:2]:
            usertasks.claim(self.session, task.id, actor="bert")
            usertasks.save_draft(self.session, task.id, {"typed": str(task.id)}, actor="bert", rev=task.rev)
            kept[task.id] = {"typed": str(task.id)}
        return kept

    def drafts_are(self, kept: dict[object, object]) -> None:
        self.session.expire_all()
        for task in self._tasks():
            if task.id in kept:
                assert (task.assignee, task.draft) == ("bert", kept[task.id])

    def some(self, count: int) -> None:
        for _ in range(count):
            if not self.move():
                return

    def move(self) -> bool:
        """One movement; False where nothing is left to move."""
        self.session.expire_all()
        if self.instance.status != InstanceStatus.RUNNING:
            return False
        tasks = self._tasks()
        try:
            with clock.at(self.now):
                if tasks and self.dice.random() < 0.8:
                    usertasks.complete(self.session, self.dice.choice(tasks).id, {}, actor="anna")
                    return True
                if messages.publish(self.session, message_id=str(new_id()), name="m", correlation="k", payload={}):
                    return True
            return self._wait() or bool(tasks)
        except StepFailed as error:
            raise Bricked(f"seed {self.seed}: {error.details} {error.__cause__}") from error

    def _wait(self) -> bool:
        query = select(Timer).where(Timer.instance_id == self.instance.id).order_by(Timer.due_at).limit(1)
        timer = self.session.scalar(query)
        if timer is None:
            return False
        self.now = max(self.now, timer.due_at)
        with clock.at(self.now):
            return timers.fire(self.session, timer.id)

    def to_the_end(self) -> None:
        """Raise Bricked unless it gets there."""
        for _ in range(MOST):
            if not self.move():
                break
        self.session.expire_all()
        if self.instance.status != InstanceStatus.COMPLETED:
            left = [task.element_id for task in self._tasks()]
            raise Bricked(f"seed {self.seed}: {self.instance.status}, open {left}")
