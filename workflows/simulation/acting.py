"""What happens in a simulation: a complaint arrives, a person works, a timer fires, promises are delivered."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import instances, outbox, timers
from engine import usertasks as engine_tasks
from engine.clock import now
from engine.errors import Forbidden, NotFound, StepFailed
from engine.models import ProcessInstance, TaskStatus, Timer
from workflows import authority, cases, evidence, gates, notices, usertasks
from workflows.errors import NotAllowed
from workflows.models import Person, Role
from workflows.receiving import receive
from workflows.simulation import stories
from workflows.simulation.filling import fill
from workflows.simulation.world import World

_INSIDE = ("notify", "start_process", "mail", "webhook", "message")


def receive_one(world: World) -> None:
    """A complaint arrives: taken in by somebody at the counter or the phone, or sent in by the complainant."""
    complaint = stories.complaint(world.rng, now())
    clerks = world.eligible("customer_service", Role.INTAKE)
    by_hand = complaint.channel in {"phone", "counter", "letter"}
    with world.transaction() as session:
        case = receive(session, complaint, actor=str(clerks[0].id) if by_hand and clerks else "complainant")
        world.numbers.append(case.number)
        world.steps += 1
        world.plan_tasks(session, case.number)


def next_timer(world: World) -> datetime | None:
    """When the next timer of our own cases is due (others' timers live in the real present)."""
    with world.transaction() as session:
        return timers.next_due(session)


def fire_timers(world: World) -> None:
    """Fire what is due now, each in its own transaction, as the worker does."""
    with world.transaction() as session:
        due = timers.claim_due(session, limit=100)
        keys = select(Timer.id, ProcessInstance.business_key).where(Timer.id.in_(due))
        joined = keys.join(ProcessInstance, ProcessInstance.id == Timer.instance_id)
        numbers = {row.id: row.business_key for row in session.execute(joined)}
    for timer_id in due:
        try:
            with world.transaction() as session:
                world.steps += timers.fire(session, timer_id)
        except StepFailed:
            continue  # its incident is on file and will be counted
        with world.transaction() as session:
            if timer_id in numbers:
                world.plan_tasks(session, numbers[timer_id])


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
            with world.transaction() as session:
                usertasks.claim(session, person, task_id)
            with world.transaction() as session:
                _complete(world, session, person, task_id, step)
        except StepFailed:
            return  # its incident is on file and will be counted
        except (Forbidden, NotFound):
            continue
        world.steps += 1
        with world.transaction() as session:
            world.plan_tasks(session, number)
        return
    raise NotAllowed(f"nobody may do the task {found.task.element_id} of {number}")


def _urge(world: World, task_id: UUID) -> None:
    managers = [person for person in world.staff if Role.MANAGER in person.roles]
    try:
        with world.transaction() as session:
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


def deliver(world: World) -> None:
    """Keep the promises which stay in the house; mails count as sent."""
    while True:
        with world.transaction() as session:
            claimed = outbox.claim(session, limit=50, topics=_INSIDE)
        if not claimed:
            return
        for message in claimed:
            with world.transaction() as session:
                outbox.delivered(session, message.id)
                if message.topic == "notify":
                    notices.deliver(session, message.id, message.payload)
                elif message.topic == "start_process":
                    _start(world, session, message.payload)


def _start(world: World, session: Session, payload: dict[str, object]) -> None:
    number = str(payload["business_key"])
    variables = payload["variables"]
    instances.start(
        session, str(payload["process"]), business_key=number, actor="system",
        variables=variables if isinstance(variables, dict) else {},
    )  # fmt: skip
    world.steps += 1
    world.plan_tasks(session, number)
