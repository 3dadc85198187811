"""What happens in a simulation: a complaint arrives, a person works, a timer fires, promises are delivered."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from sqlalchemy import event, select
from sqlalchemy.orm import Session

from engine import instances, timers
from engine import usertasks as engine_tasks
from engine.clock import now
from engine.errors import Forbidden, NotFound, StepFailed
from engine.models import OutboxMessage, ProcessInstance, TaskStatus, Timer
from workflows import authority, cases, evidence, gates, notices, usertasks
from workflows.errors import NotAllowed
from workflows.models import Person, Role
from workflows.receiving import receive
from workflows.simulation import stories
from workflows.simulation.filling import fill
from workflows.simulation.world import World


@contextmanager
def _at_work(world: World) -> Iterator[Session]:
    """A transaction in which the promises made in it are kept at once; mails count as sent."""
    with world.transaction() as session:
        promised: list[OutboxMessage] = []

        def note(flushed: Session, *_: object) -> None:
            promised.extend(made for made in flushed.new if isinstance(made, OutboxMessage))

        event.listen(session, "after_flush", note)
        failed: StepFailed | None = None
        try:
            yield session
        except StepFailed as error:
            failed = error
        session.flush()
        while promised:
            message = promised.pop(0)
            if message in session:  # else its step was rolled back
                _keep(world, session, message)
                session.flush()
        if failed is not None:
            raise failed


def _keep(world: World, session: Session, message: OutboxMessage) -> None:
    message.delivered_at, message.attempts = now(), 1
    if message.topic == "notify":
        notices.deliver(session, message.id, message.payload)
    elif message.topic == "start_process":
        number = str(message.payload["business_key"])
        instances.start(
            session, str(message.payload["process"]), business_key=number, variables=message.payload["variables"],
            actor="system",
        )  # fmt: skip
        world.steps += 1
        world.plan(session, number)


def receive_one(world: World, message_id: str | None = None) -> None:
    """A complaint arrives: taken in by somebody at the counter or the phone, or sent in by the complainant."""
    complaint = stories.complaint(world.rng, now())
    clerks = world.eligible("customer_service", Role.INTAKE)
    by_hand = complaint.channel in {"phone", "counter", "letter"}
    actor = str(clerks[0].id) if by_hand and clerks else "complainant"
    with _at_work(world) as session:
        case = receive(session, complaint, actor=actor, message_id=message_id)
        world.numbers.append(case.number)
        world.steps += 1
        world.plan(session, case.number)


def fire_timers(world: World, number: str) -> None:
    """Fire what is due now of a case, each timer in its own transaction, as the worker does."""
    with world.transaction() as session:
        ours = select(ProcessInstance.id).where(ProcessInstance.business_key == number)
        due = select(Timer.id).where(Timer.instance_id.in_(ours), Timer.due_at <= now())
        found = list(session.scalars(due.order_by(Timer.due_at, Timer.kind, Timer.element_id, Timer.level)))
    for timer_id in found:
        try:
            with _at_work(world) as session:
                world.steps += timers.fire(session, timer_id)
                world.plan(session, number)
        except StepFailed:
            continue  # its incident is on file and will be counted


def work(world: World, task_id: UUID) -> None:
    """Somebody who may do the task takes it and completes it.

    Raises NotAllowed where nobody of the whole staff may.
    """
    with world.transaction() as session:
        found = usertasks.find(session, task_id)
        if found.task.status != TaskStatus.OPEN:
            return
        duty, step = gates.duty_of(session, found.task)
        candidates = world.eligible(found.task.department, authority.ROLE_OF_DUTY.get(duty or ""))
        number = found.task.instance.business_key
        late = found.task.due_at is not None and found.task.due_at < now()
    if late and world.rng.random() < 0.5:
        _urge(world, task_id)
    for person in candidates:
        try:
            with _at_work(world) as session:
                usertasks.claim(session, person, task_id)
                _complete(world, session, person, task_id, step)
                world.steps += 1
                world.plan(session, number)
        except StepFailed:
            return  # its incident is on file and will be counted
        except (Forbidden, NotFound):
            continue
        return
    raise NotAllowed(f"nobody may do the task {found.task.element_id} of {number}")


def _urge(world: World, task_id: UUID) -> None:
    managers = [person for person in world.staff if Role.MANAGER in person.roles]
    try:
        with _at_work(world) as session:
            usertasks.urge(session, managers[0], task_id, reason="已超时，请尽快处理")
    except Forbidden:
        return


def _complete(world: World, session: Session, person: Person, task_id: UUID, step: str | None) -> None:
    opened = usertasks.open_task(session, person, task_id)
    if opened.case is not None and step == "investigate" and world.rng.random() < 0.3:
        text = stories.sentence(world.rng, "调查记录")
        evidence.add_text(session, opened.case, text, name="调查记录.txt", actor=str(person.id), kind="statement")
    if opened.case is not None and world.rng.random() < 0.08:
        cases.comment(session, person, opened.case, stories.sentence(world.rng, "备注"))
    data = fill(opened.form, engine_tasks.context(session, opened.task), world.rng) if opened.form else {}
    rev = opened.task.rev
    if world.rng.random() < 0.05:
        rev = usertasks.save_draft(session, person, task_id, dict(data), rev=rev).rev
    usertasks.complete(session, person, task_id, data, rev=rev)
