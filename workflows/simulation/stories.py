"""Complaints as people write them, made by us: products, words and people which do not exist."""

import json
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from workflows.models import Source
from workflows.parties import Identity
from workflows.receiving import Complaint, shortened

_DATA = Path(__file__).parent.parent / "data" / "stories.json"
_CHANNELS = {
    "phone": 30, "web": 22, "mail": 10, "chat": 12, "platform": 10, "counter": 7, "social": 4, "letter": 2,
    "regulator": 3,
}  # fmt: skip


@cache
def _words() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(_DATA.read_text(encoding="utf-8"))
    return loaded


def complaint(rng: Random, moment: datetime) -> Complaint:
    """A complaint received at `moment`; one in eight in English, one in twelve of a very important customer."""
    words = _words()
    locale = "en" if rng.random() < 0.125 else "zh"
    story = rng.choices(words["stories"], weights=[found["weight"] for found in words["stories"]])[0]
    product = rng.choice(words["products"])
    identity = _person(rng, locale)
    amount = round(rng.choice((rng.uniform(20, 200), rng.uniform(200, 3000), rng.uniform(3000, 30_000))), 2)
    days = rng.randint(2, 60)
    facts = {
        "product": product[locale],
        "order": f"{moment:%y%m}{rng.randint(10_000_000, 99_999_999)}",
        "days": days,
        "amount": f"{amount:.2f}",
        "branch": rng.choice(words["branches"]),
        "when": f"{(moment - timedelta(days=days)).month}月{(moment - timedelta(days=days)).day}日",
    }
    narrative = story[locale].format(**facts)
    demand = story[f"demand_{locale}"].format(**facts)
    asks_money = "{amount}" in story[f"demand_{locale}"]
    return Complaint(
        narrative=f"{narrative}{demand}。" if locale == "zh" else f"{narrative} {demand}.",
        summary=f"{product[locale]}：{shortened(narrative, 40)}"
        if locale == "zh"
        else f"{product[locale]}: {shortened(narrative, 60)}",
        channel=rng.choices(list(_CHANNELS), weights=list(_CHANNELS.values()))[0],
        identity=identity,
        source=(Source.INTERNAL if rng.random() < 0.02 else Source.EXTERNAL).value,
        locale=locale,
        product=product[locale],
        order_no=facts["order"] if "{order}" in story[locale] else None,
        batch_no=f"{product['batch']}-{moment:%y%m}" if product["batch"] else None,
        branch=facts["branch"] if "{branch}" in story[locale] else None,
        region=rng.choice(words["regions"]),
        demand=demand,
        amount_claimed=round(amount * 100) if asks_money else 0,
        occurred_at=moment - timedelta(days=rng.randint(0, days), hours=rng.randint(1, 9)),
        received_at=moment,
    )


def _person(rng: Random, locale: str) -> Identity:
    words = _words()
    zh = rng.choice(words["surnames"]) + rng.choice(words["given"])
    name = rng.choice(words["names_en"]) if locale == "en" else zh
    number = rng.randint(0, 99_999_999)
    return Identity(
        name=name,
        phone=f"1{rng.choice(('38', '39', '59', '86', '77'))}{number:08d}",
        mail=f"customer{number % 100_000:05d}@mail.example" if rng.random() < 0.7 else "",
        address=f"{rng.choice(words['regions'])}市示例路{rng.randint(1, 300)}号",
        tier="vip" if rng.random() < 0.08 else "ordinary",
        locale=locale,
    )


def sentence(rng: Random, label: str) -> str:
    """A short text somebody would type into a field with that label."""
    return f"{rng.choice(_words()['openings'])}，{rng.choice(_words()['endings'])}。（{label[:30]}）"
