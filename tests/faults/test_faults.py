"""The faults at a size the suite can bear; `make faults` runs them at the size which is promised."""

import pytest
from sqlalchemy import Engine

from tests.faults import broker, clients, crashes, kills, poison, schedulers


@pytest.mark.slow
def test_of_eight_clients_who_complete_one_task_one_wins_and_seven_are_told(database: Engine) -> None:
    figures = clients.run(rounds=3, clients=8)
    assert figures["ok"], figures
    assert figures["answers"] == {"200": 3, "409": 21}


@pytest.mark.slow
def test_killed_workers_lose_nothing_and_double_nothing(database: Engine) -> None:
    figures = kills.run(steps=120, workers=2, kills=3)
    assert figures["ok"], figures


@pytest.mark.slow
def test_a_crashing_database_loses_nothing_and_doubles_nothing() -> None:
    figures = crashes.run(waits=40, asks=40, workers=2, clients=2, crashes=2)
    assert figures["ok"], figures


@pytest.mark.slow
def test_without_its_broker_the_work_goes_on(database: Engine) -> None:
    figures = broker.run(away=8)
    assert figures["ok"], figures


@pytest.mark.slow
def test_two_schedulers_fire_every_timer_once(database: Engine) -> None:
    figures = schedulers.run(due=150)
    assert figures["ok"], figures


def test_instances_which_always_fail_stop_no_worker(database: Engine) -> None:
    figures = poison.run(good=20, poison=3)
    assert figures["ok"], figures
    assert figures["pauses_in_minutes"] == [1, 2, 4, 8, 16]
