"""Proposes what a complaint is about from its words, in Chinese and English; a person decides where it is unsure.

The words are data (`data/lexicon.json`), the tree is a table (`category`). Nothing leaves the machine.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflows.models import Category

_DATA = Path(__file__).parent / "data"
_AMOUNT_ZH = re.compile(r"(\d[\d,]*(?:\.\d+)?)\s*(万)?\s*(?:元|块钱|块|人民币)")
_AMOUNT_EN = re.compile(r"(?:[$£€¥￥]|USD|CNY|RMB|GBP)\s*(\d[\d,]*(?:\.\d+)?)", re.IGNORECASE)
_MOST = 100_000_000


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the words say. confidence 0-1; amount in whole currency units, the largest written; emotion may be None."""

    nature: str
    issue: str
    severity: int
    impact: int
    confidence: float
    amount: float
    emotion: str | None
    intensity: int
    litigation: bool
    media: bool
    personal_data: bool
    safety: bool
    regulator: bool


@cache
def _lexicon() -> Mapping[str, Any]:
    loaded: Mapping[str, Any] = json.loads((_DATA / "lexicon.json").read_text(encoding="utf-8"))
    return loaded


@cache
def _natures() -> Mapping[str, str]:
    import csv

    with (_DATA / "categories.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"]: row["parent"] for row in csv.DictReader(file) if row["level"] == "issue"}


def _hits(text: str, words: list[str]) -> int:
    return sum(min(text.count(word), 3) * (2 if len(word) > 3 or (not word.isascii() and len(word) > 2) else 1)
               for word in words)  # fmt: skip


def propose(text: str, *, channel: str = "web") -> Proposal:
    """Nature, issue, grade and warning signs of a complaint text."""
    folded = text.lower()[:20_000]
    scores = {issue: _hits(folded, words) for issue, words in _lexicon()["issues"].items()}
    ranked = sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))
    (best, top), second = ranked[0], ranked[1][1]
    issue = best if top else "process_failure"
    signs = {name: _hits(folded, words) > 0 for name, words in _lexicon()["risk"].items()}
    emotions = {name: _hits(folded, words) for name, words in _lexicon()["emotion"].items()}
    emotion = max(emotions, key=lambda name: (emotions[name], name))
    intensity = min(5, 1 + _hits(folded, _lexicon()["intensity"]) + bool(emotions[emotion]))
    amount = amount_in(text)
    return Proposal(
        nature=_natures()[issue],
        issue=issue,
        severity=_severity(signs, amount, intensity),
        impact=3 if signs["group"] else 2 if signs["safety"] or signs["media"] else 1,
        confidence=round(min(0.95, 0.35 + 0.5 * (top - second) / top + min(top, 6) / 40), 2) if top else 0.2,
        amount=amount,
        emotion=emotion if emotions[emotion] else None,
        intensity=intensity,
        litigation=signs["litigation"],
        media=signs["media"],
        personal_data=signs["personal_data"],
        safety=signs["safety"],
        regulator=signs["regulator"] or channel == "regulator",
    )


def _severity(signs: Mapping[str, bool], amount: float, intensity: int) -> int:
    """1 slight, 2 moderate, 3 serious, 4 major (safety together with a group, or injury with litigation or media)."""
    if signs["safety"] and (signs["group"] or signs["litigation"] or signs["media"]):
        return 4
    if signs["safety"] or signs["personal_data"] or amount >= 50_000 or (signs["litigation"] and signs["media"]):
        return 3
    if signs["litigation"] or signs["media"] or signs["regulator"] or amount >= 2_000 or intensity >= 4:
        return 2
    return 1


def amount_in(text: str) -> float:
    """The largest amount of money a text names, 0 where it names none."""
    found = [float(number.replace(",", "")) * (10_000 if unit else 1) for number, unit in _AMOUNT_ZH.findall(text)]
    found += [float(number.replace(",", "")) for number in _AMOUNT_EN.findall(text)]
    return max((amount for amount in found if amount <= _MOST), default=0.0)


def categories(session: Session, *, level: str | None = None, scheme: str = "standard") -> list[Category]:
    """The classification tree in its order, perhaps one level (`nature`, `issue`) of it."""
    query = (
        select(Category).where(Category.scheme == scheme, Category.active).order_by(Category.position, Category.code)
    )
    return list(session.scalars(query.where(Category.level == level) if level else query))


def nature_of(session: Session, issue: str) -> str | None:
    """The nature an issue belongs to, following the tree as it is now."""
    found = session.get(Category, issue)
    return found.parent if found else None
