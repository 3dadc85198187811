"""Letters leave as proper mails, and nothing a text holds can become a header."""

from typing import Any
from uuid import UUID

import pytest

from engine.ids import new_id
from tasks import mail
from tasks.errors import NotNow, Undeliverable
from tests.tasks.conftest import Configure, Mailbox

LETTER = {
    "to": "li.na@example.com",
    "subject": "投诉受理通知 TS-1",
    "text": "您好，\n已受理。",
    "html": "<p>已受理。</p>",
}


def letter(**changes: Any) -> dict[str, Any]:
    return {**LETTER, **changes}


def test_a_letter_arrives_in_text_and_html_in_chinese(mailbox: Mailbox, configure: Configure) -> None:
    configure(SMTP_URL=mailbox.url, MAIL_FROM="客户服务部 <service@example.com>")
    message_id = new_id()
    mail.deliver(message_id, letter())
    (arrived,) = mailbox.mails
    assert arrived["Subject"] == "投诉受理通知 TS-1"
    assert arrived["Message-ID"] == f"<{message_id}@example.com>"
    assert arrived["From"] == "客户服务部 <service@example.com>"
    text, html = arrived.get_body(("plain",)), arrived.get_body(("html",))
    assert text is not None
    assert html is not None
    assert text.get_content().splitlines() == ["您好，", "已受理。"]
    assert html.get_content().strip() == "<p>已受理。</p>"


def test_the_same_promise_makes_the_same_message_id() -> None:
    message_id = UUID("0197f4c2-0000-7000-8000-000000000001")
    assert mail.compose(message_id, letter())["Message-ID"] == mail.compose(message_id, letter(text="x"))["Message-ID"]


@pytest.mark.parametrize(
    "subject", ["Hello\r\nBcc: spy@example.com", "Hello\nBcc: spy@example.com", "Hello\r\n\r\n<script>", "a\x00b\x0bc"]
)
def test_a_subject_with_a_line_break_stays_one_header(mailbox: Mailbox, configure: Configure, subject: str) -> None:
    configure(SMTP_URL=mailbox.url)
    mail.deliver(new_id(), letter(subject=subject))
    (arrived,) = mailbox.mails
    assert arrived["Bcc"] is None
    assert arrived["Subject"].split() == subject.replace("\x00", " ").replace("\x0b", " ").split()


@pytest.mark.parametrize(
    "to",
    [
        "a@example.com\r\nBcc: spy@example.com",
        "a@example.com\nX: y",
        "a@example.com, b@example.com>\r\n",
        "nobody",
        "@example.com",
        "a@",
        "",
        None,
        [],
        42,
        ["a@example.com", "b\n@example.com"],
        ["a@example.com"] * 51,
        "x" * 2000 + "@example.com",
    ],
)
def test_an_address_which_is_none_is_refused_for_good(mailbox: Mailbox, configure: Configure, to: object) -> None:
    configure(SMTP_URL=mailbox.url)
    with pytest.raises(Undeliverable):
        mail.deliver(new_id(), letter(to=to))
    assert mailbox.mails == []


def test_an_address_refused_by_the_server_for_good_is_undeliverable(mailbox: Mailbox, configure: Configure) -> None:
    configure(SMTP_URL=mailbox.url)
    mailbox.refuse["gone@example.com"] = "550 5.1.1 no such user"
    with pytest.raises(Undeliverable, match="550") as caught:
        mail.deliver(new_id(), letter(to="gone@example.com"))
    assert "gone@example.com" not in str(caught.value)


def test_a_full_mailbox_is_tried_again_later(mailbox: Mailbox, configure: Configure) -> None:
    configure(SMTP_URL=mailbox.url)
    mailbox.refuse["full@example.com"] = "452 4.2.2 mailbox full"
    with pytest.raises(NotNow, match="452"):
        mail.deliver(new_id(), letter(to="full@example.com"))


@pytest.mark.parametrize("url", ["smtp://127.0.0.1:1", "", "http://127.0.0.1:25", "smtp://"])
def test_without_a_mail_server_the_letter_waits(configure: Configure, url: str) -> None:
    configure(SMTP_URL=url)
    with pytest.raises(NotNow):
        mail.deliver(new_id(), letter())


def test_a_server_without_starttls_is_not_used_where_it_is_required(mailbox: Mailbox, configure: Configure) -> None:
    configure(SMTP_URL=f"{mailbox.url}?starttls=required")
    with pytest.raises(NotNow, match="STARTTLS"):
        mail.deliver(new_id(), letter())
    assert mailbox.mails == []


def test_several_people_get_one_mail(mailbox: Mailbox, configure: Configure) -> None:
    configure(SMTP_URL=mailbox.url)
    mail.deliver(new_id(), letter(to=["a@example.com", "b@example.com"]))
    (arrived,) = mailbox.mails
    assert arrived["To"] == "a@example.com, b@example.com"
