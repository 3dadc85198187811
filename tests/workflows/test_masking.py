"""What others see of personal data."""

import pytest

from workflows import masking


@pytest.mark.parametrize(
    ("clear", "shown"),
    [
        ("13812345678", "138****5678"),
        ("138-1234-1234", "138****1234"),
        ("02188886666", "021****6666"),
        ("12345", "****45"),
    ],
)
def test_a_phone_number_keeps_its_ends(clear: str, shown: str) -> None:
    assert masking.phone(clear) == shown


@pytest.mark.parametrize(
    ("clear", "shown"), [("王伟", "王*"), ("欧阳娜娜", "欧***"), ("Emma Clarke", "E*** C***"), ("", ""), (None, "")]
)
def test_a_name_keeps_its_first_sign(clear: str | None, shown: str) -> None:
    assert masking.name(clear) == shown


def test_a_mail_keeps_its_first_letter_and_its_host() -> None:
    assert masking.mail("zhang.san@mail.example") == "z***@mail.example"
    assert masking.mail("no mail") == ""


@pytest.mark.parametrize(
    "clear", ["13812345678", "0731-82345678", "110101199003078515", "6222020200112230123", "li.si@mail.example"]
)
def test_free_text_loses_numbers_and_mails_of_people(clear: str) -> None:
    shown = masking.redact(f"请联系我 {clear}，谢谢")
    assert clear not in shown
    assert "请联系我" in shown


def test_an_order_number_stays_readable() -> None:
    assert masking.redact("订单 260312345678") == "订单 260312345678"
