"""The simulated staff: every case reaches an end through the verbs of people, on a clock of its own."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from sqlalchemy import Engine, func, select

from engine import definitions
from engine.clock import now
from engine.db import transaction
from engine.models import OutboxMessage, Timer
from tests.conftest import empty
from tests.workflows import bundles
from workflows import demo, seeds
from workflows.models import Case, Decision, Person, Submission
from workflows.receiving import check
from workflows.simulation import drive, planting, stories

SPRING = datetime(2026, 3, 2, tzinfo=UTC)
"""When simulations begin whose figures are looked at: which day it is decides whether anything is late."""


def _open_house() -> None:
    """Master data, people and the small process, committed."""
    with transaction() as session:
        seeds.plant(session)
        demo.people_of_the_demo(session)
        definitions.publish_files(session, "complaint", bundles.with_forms(), author="system")


@pytest.fixture
def open_house(database: Engine) -> Engine:
    """A database with a house in it."""
    _open_house()
    return database


def test_all_cases_are_driven_to_an_end_with_escalations_reviews_and_approvals(open_house: Engine) -> None:
    seen: list[tuple[int, int]] = []
    figures = drive(transaction, 25, 7, lambda done, total: seen.append((done, total)), begin=SPRING)
    assert figures["incidents"] == 0
    assert figures["cases"] == figures["ended"] == sum(figures["outcomes"].values()) == 25, figures
    assert figures["escalations"] > 0
    assert figures["legal_reviews"] > 0
    assert figures["approvals"] >= 25
    assert figures["steps"] > 25 * 5
    assert seen[-1] == (25, 25)


def test_the_same_seed_and_begin_give_the_same_counts_in_another_house(open_house: Engine) -> None:
    first = drive(transaction, 12, 5, begin=SPRING)
    empty(open_house)
    _open_house()
    second = drive(transaction, 12, 5, begin=SPRING)
    assert {**first, "seconds": 0} == {**second, "seconds": 0}
    assert first["steps"] > 12 * 5


def test_nobody_in_a_simulation_approved_what_they_proposed(open_house: Engine) -> None:
    from workflows.models import Plan

    drive(transaction, 15, 3, begin=SPRING)
    with transaction() as session:
        rows = session.execute(
            select(Plan.proposer, Decision.actor, Decision.kind).join(Plan, Plan.id == Decision.plan_id)
        )
        own = [row for row in rows if row.proposer == row.actor and row.kind != "execution"]
        assert own == []
        assert session.scalar(select(func.count()).select_from(Decision)) > 0


def test_a_drive_lives_in_its_own_time_and_leaves_nothing_pending(open_house: Engine) -> None:
    begin = datetime(2026, 3, 2, tzinfo=UTC)
    drive(transaction, 5, 1, begin=begin, span=timedelta(days=3))
    with transaction() as session:
        received = session.scalars(select(Case.received_at)).all()
        closed = session.scalars(select(Case.closed_at)).all()
        pending = session.scalar(
            select(func.count()).select_from(OutboxMessage).where(OutboxMessage.delivered_at.is_(None))
        )
    assert all(begin <= moment < begin + timedelta(days=3) for moment in received)
    assert all(moment is not None and moment < begin + timedelta(days=120) for moment in closed)
    assert pending == 0


@pytest.mark.requirement("RTE-06")
def test_until_leaves_open_what_is_open_and_each_accepted_case_has_an_owner(open_house: Engine) -> None:
    begin = datetime(2026, 3, 2, tzinfo=UTC)
    figures = drive(transaction, 20, 5, begin=begin, span=timedelta(days=20), until=begin + timedelta(days=20))
    assert 0 < figures["ended"] < figures["cases"]
    accepted = Case.id.in_(select(Submission.case_id).where(Submission.step == "accept"))
    active = select(func.count()).select_from(Case).where(Case.status == "open", accepted)
    with transaction() as session:
        assert session.scalar(active) > 0
        assert session.scalar(active.where(Case.owner.is_(None))) == 0


@pytest.mark.parametrize("seed", range(40))
def test_every_made_complaint_could_be_received(seed: int) -> None:
    made = stories.complaint(Random(seed), datetime(2026, 3, 2, 9, tzinfo=UTC))
    check(made)
    assert "{" not in made.narrative + made.summary + (made.demand or "")


def test_the_demos_people_hold_every_role(open_house: Engine) -> None:
    with transaction() as session:
        held = {role for roles in session.scalars(select(Person.roles)) for role in roles}
    from workflows.models import Role

    assert held == set(Role)


def test_planting_which_was_killed_goes_on_and_plants_nothing_twice(open_house: Engine) -> None:
    class Killed(Exception):
        pass

    def kill(there: int, _wanted: int) -> None:
        if there == 3:
            raise Killed

    with pytest.raises(Killed):
        planting.plant(open_house, 6, 1, kill)
    assert planting.plant(open_house, 6, 1) == (3, 0)
    assert planting.plant(open_house, 6, 1) == (0, 0)
    with transaction() as session:
        assert session.scalar(select(func.count()).select_from(Case)) == 6


def test_what_is_planted_leaves_nothing_for_workers_to_do_now(open_house: Engine) -> None:
    planting.plant(open_house, 8, 2)
    with transaction() as session:
        overdue = session.scalar(select(func.count()).select_from(Timer).where(Timer.due_at <= now()))
        waiting = session.scalar(
            select(func.count()).select_from(OutboxMessage).where(OutboxMessage.delivered_at.is_(None))
        )
    assert (overdue, waiting) == (0, 0)
