"""What the domain takes from the environment; the only place in this package which reads it."""

import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from engine.settings import settings as engine_settings


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of the complaint domain.

    keyring: JSON file with the master keys and the blind-index key; generated (mode 0600) where it does not exist.
    uploads: folder of the evidence files.
    upload_limit: bytes one file may have.
    number_format: acceptance number; `{date}` (YYYYMMDD), `{year}`, `{token}` (random) and `{check}` may stand in it.
    calendar: code of the calendar deadlines count by where a policy names none.
    time_zone: of the enterprise: where its days begin.
    organisation_zh, organisation_en: who signs the letters.
    hotline: how complainants reach a person, shown on every page of the portal; empty = not shown.
    site: address of the portal without a slash at its end, for links in mails; empty = mails carry none.
    """

    keyring: Path
    uploads: Path
    upload_limit: int
    number_format: str
    calendar: str
    time_zone: str
    organisation_zh: str
    organisation_en: str
    hotline: str
    site: str


@cache
def settings() -> Settings:
    """The settings of this process, read once."""
    var = engine_settings().var
    return Settings(
        keyring=Path(os.environ.get("REDRESS_KEYRING") or var / "keyring.json"),
        uploads=Path(os.environ.get("REDRESS_UPLOADS") or var / "uploads"),
        upload_limit=int(os.environ.get("REDRESS_UPLOAD_LIMIT", str(50 * 1024 * 1024))),
        number_format=os.environ.get("REDRESS_NUMBER_FORMAT", "TS{date}-{token}{check}"),
        calendar=os.environ.get("REDRESS_CALENDAR", "cn"),
        time_zone=os.environ.get("REDRESS_TIME_ZONE", "Asia/Shanghai"),
        organisation_zh=os.environ.get("REDRESS_ORGANISATION_ZH", "示例企业客户服务部"),
        organisation_en=os.environ.get("REDRESS_ORGANISATION_EN", "Example Company, Customer Service"),
        hotline=os.environ.get("REDRESS_HOTLINE", "").strip(),
        site=os.environ.get("REDRESS_SITE", "").strip().rstrip("/"),
    )
