"""A worker told to stop while it is in the middle of a step finishes that step, begins no other, and goes."""

import datetime as dt
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from engine import clock, definitions, instances
from engine.db import transaction
from engine.functions import Call, function
from engine.settings import ROOT
from tests.builders import bundle, catch, end, process, service, start, timer
from tests.faults.crew import until
from web.commands.supervisor import kill_group

BEGUN = "REDRESS_TEST_BEGUN"
SLOW = 3.0


@function("fault_slow", title_zh="缓慢", title_en="Slow")
def fault_slow(call: Call) -> None:
    """Say on the disk that the step has begun, and take some seconds."""
    Path(os.environ[BEGUN]).touch()
    time.sleep(SLOW)


@pytest.fixture
def worker(database: Engine, tmp_path: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """A real Celery worker with one job process, which looks for itself every half second."""
    with transaction() as session:
        parts = [start(), catch("Hour", timer("PT1H")), service("Slow", "fault_slow"), end()]
        definitions.publish_files(session, "slow", bundle(process("P", *parts), key="slow"), author="faults")
    with transaction() as session, clock.at(clock.now() - dt.timedelta(hours=2)):
        for number in range(4):
            instances.start(session, "slow", business_key=str(number), variables={}, actor="faults")
    command = [sys.executable, "-m", "celery", "--app", "tasks.app", "worker", "--concurrency", "1"]
    process_ = subprocess.Popen(
        [*command, "--include", __name__, "--without-gossip", "--without-mingle"],
        cwd=ROOT,
        env={**os.environ, "REDRESS_VAR": str(tmp_path), "REDRESS_POLL_SECONDS": "0.5", BEGUN: str(tmp_path / "begun")},
        start_new_session=True,
    )
    yield process_
    kill_group(process_)
    process_.wait()


@pytest.mark.slow
def test_a_worker_told_to_stop_in_the_middle_of_a_step_finishes_it(
    worker: "subprocess.Popen[bytes]", tmp_path: Path
) -> None:
    assert until((tmp_path / "begun").exists, 60)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(60) == 0
    with transaction() as session:
        done = session.execute(text("SELECT count(*) FROM process_instance WHERE status = 'completed'")).scalar_one()
        told = session.execute(text("SELECT count(*) FROM history_event WHERE kind = 'timer_fired'")).scalar_one()
        failed = session.execute(text("SELECT count(*) FROM incident")).scalar_one()
        held = session.execute(text("SELECT count(*) FROM timer WHERE claimed_until IS NOT NULL")).scalar_one()
    assert 1 <= done < 4
    assert (told, failed) == (done, 0)
    assert held == 0  # another worker may fire the rest at once
