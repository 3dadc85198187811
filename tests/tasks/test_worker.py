"""Real Celery workers, started as an operator starts them: they are woken, and they look by themselves."""

import signal
import subprocess
from collections.abc import Callable
from uuid import UUID

from sqlalchemy import Engine, func, select

from engine import outbox
from engine.db import transaction
from engine.models import OutboxMessage
from tasks.app import make_app
from tasks.settings import settings
from tests.tasks.conftest import Configure, Mailbox, eventually

StartWorker = Callable[..., "subprocess.Popen[bytes]"]
NEVER = "3600"  # a worker which looks by itself only once an hour must have been woken
NO_BROKER = "redis://127.0.0.1:1/0"


def letter_to(address: str) -> UUID:
    with transaction() as session:
        return outbox.promise(session, "mail", {"to": address, "subject": "投诉受理通知", "text": "您好"})


def undelivered() -> int:
    with transaction() as session:
        return session.scalar(select(func.count()).where(OutboxMessage.delivered_at.is_(None))) or 0


def test_a_knock_on_the_file_broker_makes_a_worker_deliver(
    database: Engine, mailbox: Mailbox, start_worker: StartWorker, configure: Configure, tmp_path: object
) -> None:
    configure(REDRESS_VAR=f"{tmp_path}/var")
    letter_to("a@example.com")
    start_worker(SMTP_URL=mailbox.url, REDRESS_POLL_SECONDS=NEVER)
    make_app(settings()).send_task("tasks.outbox.deliver_mail")
    eventually(lambda: undelivered() == 0)
    assert len(mailbox.mails) == 1


def test_with_a_dead_broker_letters_leave_all_the_same(
    database: Engine, mailbox: Mailbox, start_worker: StartWorker
) -> None:
    first = letter_to("before@example.com")
    worker = start_worker(SMTP_URL=mailbox.url, BROKER_URL=NO_BROKER)
    eventually(lambda: undelivered() == 0)
    letter_to("after@example.com")
    eventually(lambda: undelivered() == 0)
    assert worker.poll() is None
    assert [mail["To"] for mail in mailbox.mails] == ["before@example.com", "after@example.com"]
    assert mailbox.mails[0]["Message-ID"].startswith(f"<{first}@")


def test_two_workers_deliver_each_letter_once(database: Engine, mailbox: Mailbox, start_worker: StartWorker) -> None:
    addresses = [f"{number}@example.com" for number in range(60)]
    for address in addresses:
        letter_to(address)
    for _ in range(2):
        start_worker(SMTP_URL=mailbox.url, BROKER_URL=NO_BROKER)
    eventually(lambda: undelivered() == 0)
    assert sorted(mail["To"] for mail in mailbox.mails) == sorted(addresses)


def test_a_worker_told_to_stop_finishes_and_leaves_nothing_half_done(
    database: Engine, mailbox: Mailbox, start_worker: StartWorker
) -> None:
    worker = start_worker(SMTP_URL=mailbox.url)
    letter_to("a@example.com")
    eventually(lambda: undelivered() == 0)
    for number in range(30):
        letter_to(f"{number}@example.com")
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(30) == 0
    with transaction() as session:
        delivered = session.scalar(select(func.count()).where(OutboxMessage.delivered_at.is_not(None)))
    assert len(mailbox.mails) == delivered
