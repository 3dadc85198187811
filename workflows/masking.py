"""What others see of personal data: 138****1234, 王*, z***@example.com."""

import re

_PHONE = re.compile(r"(?<!\d)(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)|(?<!\d)0\d{2,3}[- ]?\d{7,8}(?!\d)")
_MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
_IDENTITY = re.compile(r"(?<!\d)\d{17}[\dXx](?![\dXx])")
_CARD = re.compile(r"(?<!\d)\d{4}(?:[ -]?\d{4}){3}(?:[ -]?\d{1,3})?(?!\d)")


def phone(value: str | None) -> str:
    """`138****1234`; short numbers keep their last two digits only."""
    digits = re.sub(r"\D", "", value or "")
    if len(digits) >= 11:
        return f"{digits[:-8]}****{digits[-4:]}"
    return "****" + digits[-2:] if digits else ""


def name(value: str | None) -> str:
    """`王*` or `欧阳**` for Chinese names (first sign), `J*** S***` for others."""
    text = (value or "").strip()
    if not text:
        return ""
    if re.match(r"[一-鿿]", text):
        return text[0] + "*" * max(1, len(text) - 1)
    return " ".join(part[0] + "***" for part in text.split())


def mail(value: str | None) -> str:
    """`z***@example.com`."""
    local, at, host = (value or "").strip().partition("@")
    return f"{local[:1]}***@{host}" if at else ""


def address(value: str | None) -> str:
    """The first six signs, the rest hidden."""
    text = (value or "").strip()
    return text[:6] + "****" if text else ""


def redact(text: str) -> str:
    """Free text with phone numbers, mails, identity and card numbers masked (summaries, logs, library)."""
    text = _IDENTITY.sub(lambda found: found[0][:3] + "***********" + found[0][-4:], text)
    text = _CARD.sub(lambda found: "****" + re.sub(r"\D", "", found[0])[-4:], text)
    text = _PHONE.sub(lambda found: phone(found[0]), text)
    return _MAIL.sub(lambda found: mail(found[0]), text)
