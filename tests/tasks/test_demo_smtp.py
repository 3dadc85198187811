"""The demo's mail server keeps every mail on this machine, where a page can read it."""

import smtplib
import subprocess
import sys
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from engine.errors import NotFound
from tests.tasks.conftest import ROOT, Configure, eventually, free_port
from workflows import postbox


@pytest.fixture
def port(tmp_path: Path, configure: Configure) -> Iterator[int]:
    """The server as `redress up` starts it, as a process."""
    configure(REDRESS_VAR=str(tmp_path))
    chosen = free_port()
    process = subprocess.Popen([sys.executable, "-m", "tasks.demo_smtp", str(chosen)], cwd=ROOT)
    eventually(lambda: _answers(chosen))
    yield chosen
    process.terminate()
    assert process.wait(20) == 0


def _answers(port: int) -> bool:
    try:
        with smtplib.SMTP("127.0.0.1", port):
            return True
    except OSError:
        return False


def _send(port: int, mail: EmailMessage) -> None:
    with smtplib.SMTP("127.0.0.1", port) as server:
        server.send_message(mail)


def _mail(subject: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "service@example.com", "li.na@example.com", subject
    mail["Message-ID"], mail["Date"] = "<1@example.com>", "Mon, 05 Jan 2026 10:00:00 +0800"
    mail.set_content("您好\n")
    mail.add_alternative("<p>您好</p>\n", subtype="html")
    return mail


def test_a_mail_sent_to_the_demo_server_can_be_read_back(port: int) -> None:
    _send(port, _mail("投诉受理通知"))
    (mail,) = postbox.listing()
    assert (mail.sender, mail.to, mail.subject) == ("service@example.com", "li.na@example.com", "投诉受理通知")
    assert (mail.text.strip(), (mail.html or "").strip()) == ("您好", "<p>您好</p>")
    assert mail.sent_at is not None
    assert mail.sent_at.hour == 10


def test_the_newest_mail_comes_first_and_pages_follow_each_other(port: int) -> None:
    for number in range(5):
        _send(port, _mail(f"{number}"))
    first = postbox.listing(limit=2)
    second = postbox.listing(limit=2, before=first[-1].name)
    assert [mail.subject for mail in (*first, *second)] == ["4", "3", "2", "1"]


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "x", "20260105T100000000000-00000000", "..", "a/b"])
def test_a_name_is_never_a_path(name: str, tmp_path: Path, configure: Configure) -> None:
    configure(REDRESS_VAR=str(tmp_path))
    with pytest.raises(NotFound):
        postbox.read(name)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\xff\xfe",
        b"Subject: =?utf-8?b?!!!?=\r\n\r\nx",
        b"Content-Type: text/plain; charset=nobody-knows\r\nDate: yesterday\r\n\r\n\xc4\xe3",
        b"Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n",
        b"From: " + b"x" * 20_000 + b"\r\n\r\nbody",
        b"To: a@b, , <<>>\r\nFrom: @@@\r\n\r\nbody",
    ],
)
def test_a_broken_mail_is_shown_as_well_as_it_can_be(content: bytes, tmp_path: Path, configure: Configure) -> None:
    configure(REDRESS_VAR=str(tmp_path))
    name = postbox.keep(content)
    assert postbox.read(name).name == name
    assert [mail.name for mail in postbox.listing()] == [name]
